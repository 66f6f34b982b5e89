"""A channel as a sheet: target, source, rule and an example, a row a line.

For people who sign it: what is written here is what is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.contracts.fields import field_docs
from bus.intake.channels.definition import Channel
from bus.intake.converting import convert
from bus.intake.findings import shown
from bus.intake.samples import Sample, submission_of

HEADS = ("event", "target", "source", "rule", "for each", "example", "means")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a mapping, for people."""

    event: str
    target: str
    source: str
    rule: str
    each: str
    example: str
    means: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Its cells, as `HEADS` says."""
        return (
            self.event,
            self.target,
            self.source,
            self.rule,
            self.each,
            self.example,
            self.means,
        )


def sheet(channel: Channel, samples: Sequence[Sample]) -> list[Row]:
    """Return the rows of a channel, by section and in the mapping's order."""
    examples = _examples(channel, samples)
    rows = []
    for name, section in channel.sections.items():
        docs = {field.path: field.doc for field in field_docs(section.schema)}
        for one in section.filled:
            if not one.target:
                continue
            sources, _, rule = one.line.text.partition("|")
            rows.append(
                Row(
                    event=name,
                    target=one.target,
                    source=" ".join(sources.split()),
                    rule=" ".join(rule.split()),
                    each=" > ".join(" ".join(line.text.split()) for line in one.within),
                    example=examples.get((section.event_type, one.target), ""),
                    means=_meaning(docs, one.target),
                )
            )
    return rows


def _meaning(docs: Mapping[str, str], target: str) -> str:
    """The doc of a field; a shared type is explained where it first stands."""
    if target in docs:
        return docs[target]
    name = target.rpartition(".")[2]
    same = [doc for path, doc in docs.items() if path.rpartition(".")[2] == name]
    return same[0] if same else ""


def _examples(
    channel: Channel, samples: Sequence[Sample]
) -> dict[tuple[str, str], str]:
    """The first value of each target that the samples give."""
    found: dict[tuple[str, str], str] = {}
    for sample in samples:
        for one in convert(channel, submission_of(channel, sample)):
            if one.event is not None:
                _collect(one.event.data, "", one.event.type, found)
    return found


def _collect(
    value: object, path: str, event: str, found: dict[tuple[str, str], str]
) -> None:
    if isinstance(value, Mapping):
        if value.keys() == {"amount", "currency"}:
            text = f"{value['amount']} {value['currency'] or '?'}"
            found.setdefault((event, path), text)
        for name, inner in value.items():
            _collect(inner, f"{path}.{name}" if path else name, event, found)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for inner in value[:3]:
            _collect(inner, f"{path}[]", event, found)
    elif value is not None and value != []:
        found.setdefault((event, path), shown(value)[:60])
