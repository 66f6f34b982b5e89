"""Which fields a source sends, against those that the channel's samples have.

Names only, without indexes, never values. A field that is new may be worth reading; one
that the mapping reads and that comes no more is most likely a change of the sender's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bus.intake.channels.definition import Channel
from bus.intake.coverage import read_paths
from bus.intake.mapping.notebook import Notebook
from bus.intake.parsing.paths import Scope
from bus.intake.parsing.tree import Tree, UnparsableError, leaves
from bus.intake.samples import Sample

FEWEST = 50
"""Messages of a kind without a field before the field is gone."""
MOST = 50
_MOST_LEAVES = 2_000
_LONGEST = 120
_FEWEST_SAMPLES = 2


@dataclass(frozen=True, slots=True)
class Known:
    """What a channel's samples have.

    Attributes:
        version: The channel's.
        fields: Those of any sample, and what holds them.
        usual: By kind of message, those that the mapping reads and every sample has.
    """

    version: str
    fields: frozenset[str]
    usual: Mapping[str, frozenset[str]]


def known_of(channel: Channel, samples: Sequence[Sample]) -> Known:
    """Return what is known of the fields of a channel."""
    by_kind: dict[str, list[set[str]]] = {}
    for sample in samples:
        if sample.fetched:
            continue
        known = channel.samples.settings
        for kind, names in _items(channel, sample.body, sample.headers, known):
            by_kind.setdefault(kind, []).append(names)
    every = {name for found in by_kind.values() for names in found for name in names}
    read = read_paths(channel)
    usual = {
        kind: frozenset(
            name for name in set.intersection(*found) if _is_read(name, read)
        )
        for kind, found in by_kind.items()
        if len(found) >= _FEWEST_SAMPLES
    }
    return Known(channel.version, frozenset(every | set(_holders(every))), usual)


def names_in(
    channel: Channel,
    body: bytes,
    headers: Mapping[str, str],
    settings: Mapping[str, str],
) -> list[tuple[str, set[str]]]:
    """The kind of each message in a submission, and the names of its fields."""
    return list(_items(channel, body, headers, settings))


@dataclass(slots=True)
class Fields:
    """What is new, and what is gone.

    Attributes:
        version: Of the channel that it was compared with.
        looked: Messages looked at, by kind.
        new: Fields that no sample has: in how many messages they were.
        last: By kind and field: how many messages of the kind had been looked at when
            it was last there.
    """

    version: str = ""
    looked: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    last: dict[str, dict[str, int]] = field(default_factory=dict)

    def look(self, known: Known, kind: str, names: Iterable[str]) -> None:
        """Hear which fields a message of a kind has."""
        if known.version != self.version:
            self.version = known.version
            self.looked, self.new, self.last = Counter(), Counter(), {}
        if kind not in known.usual and len(self.looked) >= MOST:
            kind = "others"
        self.looked[kind] += 1
        there = set(names)
        for name in there - known.fields:
            if name in self.new or len(self.new) < MOST:
                self.new[name] += 1
        usual = known.usual.get(kind, frozenset())
        its = self.last.setdefault(kind, dict.fromkeys(usual, 0))
        for name in usual & there:
            its[name] = self.looked[kind]

    def gone(self) -> Iterator[tuple[str, str]]:
        """Kind and name of those that have not come for so many messages."""
        for kind, its in self.last.items():
            for name, when in its.items():
                if self.looked[kind] - when >= FEWEST:
                    yield kind, name

    def as_json(self) -> dict[str, object] | None:
        """As plain values."""
        if not self.looked:
            return None
        return {
            "version": self.version,
            "looked": dict(self.looked),
            "new": dict(self.new),
            "last": self.last,
        }

    @classmethod
    def read(cls, value: object) -> "Fields":
        """Read what was written; nothing of what cannot be."""
        if not isinstance(value, Mapping):
            return cls()
        last = value.get("last")
        return cls(
            version=str(value.get("version", "")),
            looked=_counter(value.get("looked")),
            new=_counter(value.get("new")),
            last={
                str(kind): dict(_counter(its))
                for kind, its in (last if isinstance(last, dict) else {}).items()
            },
        )


def _items(
    channel: Channel,
    body: bytes,
    headers: Mapping[str, str],
    settings: Mapping[str, str],
) -> Iterator[tuple[str, set[str]]]:
    """Those of which there are events; what cannot be read has no fields."""
    try:
        parsed = channel.parsed(body, settings)
    except UnparsableError:
        return
    roots: dict[str, Tree] = {"document": parsed.document, "headers": dict(headers)}
    for item in parsed.items:
        native = str(channel.native_type(Scope(item, None, roots), Notebook()))
        if channel.sections_of(native):
            yield native, _names(item)


def _names(item: Tree) -> set[str]:
    found: set[str] = set()
    for path in leaves(item):
        if path:
            found.add(".".join(map(_name, path))[:_LONGEST])
        if len(found) >= _MOST_LEAVES:
            break
    return found


def _name(part: str) -> str:
    """What is most likely data and no name is a star: ids as keys, for instance."""
    digits = sum(char.isdigit() for char in part)
    return "*" if digits > 3 and digits * 3 > len(part) else part  # noqa: PLR2004 - a year is still a name


def _holders(names: Iterable[str]) -> Iterator[str]:
    """What was empty in a message is a field itself."""
    for name in names:
        parts = name.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts)))


def _is_read(name: str, read: Iterable[str]) -> bool:
    return any(name == path or name.startswith(f"{path}.") for path in read)


def _counter(value: object) -> Counter[str]:
    if not isinstance(value, Mapping):
        return Counter()
    return Counter(
        {str(word): count for word, count in value.items() if type(count) is int}
    )
