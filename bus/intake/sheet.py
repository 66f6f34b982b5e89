"""A channel as a sheet: target, source, rule and an example, a row a line.

For people who sign it: what is written here is what is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.contracts.fields import field_docs
from bus.intake.channels.definition import Channel
from bus.intake.converting import Examples, convert
from bus.intake.findings import shown
from bus.intake.parsing.tree import Tree
from bus.intake.samples import Sample, submission_of

_LONGEST = 60
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
    """Return the rows of a channel, by section and in the mapping's order.

    A line's example is the first value that it gave itself in a sample.
    """
    examples: Examples = {}
    for sample in samples:
        convert(channel, submission_of(channel, sample), examples)
    rows = []
    for name, section in channel.sections.items():
        docs = {field.path: field.doc for field in field_docs(section.schema)}
        given = examples.get(name, {})
        for number, one in enumerate(section.filled):
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
                    example=_cell(given[number]) if number in given else "",
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


def _cell(value: Tree) -> str:
    """A value for people: money with its currency, a list's texts with commas."""
    if isinstance(value, Mapping):
        if value.keys() == {"amount", "currency"}:
            return f"{value['amount']} {value['currency'] or '?'}"
        pairs = (f"{name}: {inner}" for name, inner in value.items())
        return shown(", ".join(pairs))[:_LONGEST]
    if isinstance(value, list):
        return shown(", ".join(map(str, value)))[:_LONGEST]
    return shown(value)[:_LONGEST]
