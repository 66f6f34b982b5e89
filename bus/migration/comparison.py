"""What a comparison found."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bus.migration.differing import Difference
from bus.migration.figures import Spread, bound
from bus.migration.naming import Kind
from bus.migration.sent import Sent


class Class(StrEnum):
    """What a pair is, or a request that has no partner."""

    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"  # by rules, which are named
    DIFFERENT = "different"
    UNPAIRED = "unpaired"


@dataclass(frozen=True, slots=True)
class Case:
    """A pair that differs, or a request without a partner, and in what."""

    type: str
    order: str
    differences: tuple[Difference, ...]
    old: Sent | None
    new: Sent | None


@dataclass(slots=True)
class Tally:
    """What came of the requests of one event type.

    `rules` counts pairs by each rule that they needed to be equivalent.
    """

    counts: Counter[Class] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    latency: Mapping[str, Spread | None] = field(default_factory=dict)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return self.counts.total() - self.counts[Class.UNPAIRED]

    @property
    def clean(self) -> bool:
        """Whether nothing is different, and nothing without a partner."""
        return not self.counts[Class.DIFFERENT] and not self.counts[Class.UNPAIRED]

    @property
    def bound(self) -> float | None:
        """Below which share differences are, at 95 %; None: some are, or no pair is."""
        return bound(self.pairs) if self.clean else None


class Example(NamedTuple):
    """One difference of a group, and the case that it was found in."""

    case: Case
    shown: Difference


@dataclass(slots=True)
class Group:
    """All differences of one kind at one place, of one event type."""

    type: str
    kind: Kind
    at: str
    share: Class
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Noise:
    """A field by which repeats of one side differ from each other: its nature."""

    side: str
    type: str
    at: str
    repeats: int
    differing: int


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when requests of a side went out, and how many; ms since 1970."""

    count: int
    first_ms: int | None
    last_ms: int | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of a recording that could not be compared."""

    place: str
    why: str


@dataclass(slots=True)
class Comparison:
    """All that was found; `unread` and `left_out` are what was not compared."""

    types: dict[str, Tally] = field(default_factory=dict)
    groups: dict[tuple[str, Kind, str], Group] = field(default_factory=dict)
    noise: list[Noise] = field(default_factory=list)
    old: Period = Period(0, None, None)
    new: Period = Period(0, None, None)
    paired: Period = Period(0, None, None)
    orders: int = 0
    unread: list[Unread] = field(default_factory=list)
    unread_count: int = 0
    left_out: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing differs, nothing is missing, and something was compared."""
        some = any(one.pairs for one in self.types.values())
        return some and not self.unread_count and not self.groups

    def tally(self, event_type: str) -> Tally:
        """What came of one event type."""
        return self.types.setdefault(event_type, Tally())

    def add(self, share: Class, case: Case) -> None:
        """Note all differences of a case, each in its group."""
        for one in case.differences:
            key = (case.type, one.kind, grouped(one.at))
            group = self.groups.setdefault(key, Group(*key, share))
            group.count += 1
            if len(group.examples) < KEPT:
                group.examples.append(Example(case, one))


KEPT = 3
"""Examples of a group that are kept to be shown."""


def grouped(at: str) -> str:
    """A place without indexes: `lines[].sku`."""
    head, *rest = at.split("[")
    return head + "".join(f"[]{part.partition(']')[2]}" for part in rest)
