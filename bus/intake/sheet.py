"""A channel as a sheet: target, source, rule and an example, a row a line.

For people who sign it: what is written here is what is done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.contracts.fields import field_docs
from bus.intake.channels.definition import Channel, Section
from bus.intake.converting import convert
from bus.intake.findings import shown
from bus.intake.mapping.compiling import Filled
from bus.intake.samples import Sample, submission_of

_LONGEST = 60
_MOST_ITEMS = 3
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
    examples = _Examples(channel, samples)
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
                    example=examples.of(
                        section.event_type, one.target, _fixed(section, one)
                    ),
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


class _Examples:
    """What the samples give, by event and target; of a list, by its item, too."""

    def __init__(self, channel: Channel, samples: Sequence[Sample]) -> None:
        self._first: dict[tuple[str, str], str] = {}
        self._items: dict[tuple[str, str], list[dict[str, str]]] = {}
        for sample in samples:
            for one in convert(channel, submission_of(channel, sample)):
                if one.event is not None:
                    self._collect(one.event.type, one.event.data)

    def of(self, event: str, target: str, fixed: Mapping[str, str]) -> str:
        """The first value of a target; in a list, of an item with what is `fixed`."""
        if target in fixed:
            return fixed[target]
        same = [
            item
            for item in self._items.get((event, _list_of(target)), ())
            if all(item.get(name) == text for name, text in fixed.items())
        ]
        if not same:
            return self._first.get((event, target), "")
        return next((item[target] for item in same if target in item), "")

    def _collect(self, event: str, data: Mapping[str, object]) -> None:
        for path, text in _flat(data, ""):
            self._first.setdefault((event, path), text)
        for name, value in data.items():
            if isinstance(value, list):
                items = self._items.setdefault((event, f"{name}[]"), [])
                for inner in value:
                    found: dict[str, str] = {}
                    for path, text in _flat(inner, f"{name}[]"):
                        found.setdefault(path, text)
                    items.append(found)


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Each value inside, with its path; of a list's items those of three."""
    if isinstance(value, Mapping):
        if value.keys() == {"amount", "currency"}:
            yield path, _money(value)
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield from _flat_list(value, path)
    elif value is not None:
        yield path, _cell(value)


def _flat_list(items: Sequence[object], path: str) -> Iterator[tuple[str, str]]:
    if items and isinstance(items[0], Mapping):
        for inner in items[:_MOST_ITEMS]:
            yield from _flat(inner, f"{path}[]")
    elif items:
        yield path, _cell(", ".join(map(str, items)))


def _money(value: Mapping[str, object]) -> str:
    return f"{value['amount']} {value['currency'] or '?'}"


def _cell(value: object) -> str:
    return shown(value)[:_LONGEST]


def _list_of(target: str) -> str:
    """The list of an event that a target is in, or nothing."""
    name, found, _ = target.partition("[]")
    return name + found if "." not in name else ""


def _fixed(section: Section, one: Filled) -> Mapping[str, str]:
    """What the lines beside one, in the same block of the same list, always say."""
    place = _list_of(one.target)
    return {
        other.target: other.line.text.partition("|")[0].strip().removeprefix("=")
        for other in section.filled
        if place
        and _list_of(other.target) == place
        and other.within == one.within
        and other.line.text.startswith("=")
    }
