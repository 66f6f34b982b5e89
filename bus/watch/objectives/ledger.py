"""The ledger of an objective: what was promised, kept and missed, and by whose cause.

What is bad is a delivery, once: accepted late, dead, or late by now and still waiting.
What somebody wanted so (a pause, a removal) is excused, and no part of the promise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from bus.log.causes import Cause, Party
from bus.log.ledger import Counted, Missed
from bus.log.rollup import quantiles_us
from bus.watch.burning import FEWEST, FEWEST_BAD, PERIOD_S, budget
from bus.watch.facts import Objective

PERIOD_DAYS, LATELY_DAYS = 30, 2
"""Today is one of them."""
Verdict: TypeAlias = Literal["gone", "within", "never", "cannot_say"]


class Part(NamedTuple):
    """The share of one cause."""

    cause: Cause
    late: int = 0
    dead: int = 0
    waiting: int = 0

    @property
    def all(self) -> int:
        """All that it spoilt."""
        return self.late + self.dead + self.waiting


@dataclass(frozen=True, slots=True)
class Exhausted:
    """When the budget will be used up, at the rate of yesterday and today."""

    verdict: Verdict
    in_s: float | None = None
    why: str = ""


_UNSAID = Exhausted("cannot_say")


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of what was promised; `parts` are those of causes that count.

    `bad` are the deliveries of all parts, which spoil it: budget that is used.
    """

    objective: Objective
    kept: int
    recovered: int
    parts: tuple[Part, ...]
    bad: int
    excused: int
    p95_us: float | None
    exhausted: Exhausted

    @property
    def promised(self) -> int:
        """Deliveries that ended or are late, but for those that are excused."""
        return self.kept + self.bad

    @property
    def attained(self) -> float | None:
        """The share that was kept; None of none."""
        return self.kept / self.promised if self.promised else None

    @property
    def allowed(self) -> float:
        """How many may be bad: the budget."""
        return self.promised * budget(self.objective)

    @property
    def left(self) -> float:
        """What is left of it; below 0 it is overdrawn."""
        return self.allowed - self.bad

    def of(self, party: Party) -> int:
        """How many are bad by somebody's cause."""
        return sum(part.all for part in self.parts if part.cause.party is party)


@dataclass(frozen=True, slots=True)
class Span:
    """What was counted since a moment, so many seconds ago."""

    counted: Counted
    seconds: float


def ledger(
    objective: Objective,
    whole: Counted,
    lately: Span,
    overdue: Mapping[Cause, int],
) -> Ledger:
    """Return the ledger of a period. `overdue` are late by now and still wait."""
    parts = tuple(sorted(_parts(whole, overdue), key=_gravity))
    bad = sum(part.all for part in parts)
    excused = _excused(whole.missed, overdue)
    p95_us = quantiles_us(whole.latencies, 0.95)[0]
    of = (objective, whole.kept, whole.recovered, parts, bad, excused, p95_us)
    bad_lately = sum(part.all for part in _parts(lately.counted, overdue))
    promised_lately = lately.counted.kept + bad_lately
    made = Ledger(*of, _UNSAID)
    return Ledger(*of, _exhausted(made, promised_lately, bad_lately, lately.seconds))


def share_left(
    objective: Objective, whole: Counted, overdue: Mapping[Cause, int]
) -> float | None:
    """Which share of a period's budget is left; None where nothing was promised."""
    bad = sum(part.all for part in _parts(whole, overdue))
    allowed = (whole.kept + bad) * budget(objective)
    return (allowed - bad) / allowed if allowed else None


def _parts(counted: Counted, overdue: Mapping[Cause, int]) -> Iterator[Part]:
    for cause in counted.missed.keys() | overdue.keys():
        if cause.party is Party.WISH:
            continue
        late, dead = counted.missed.get(cause, Missed())
        part = Part(cause, late, dead, overdue.get(cause, 0))
        if part.all:
            yield part


def _excused(missed: Mapping[Cause, Missed], overdue: Mapping[Cause, int]) -> int:
    counts = [*((c, m.late + m.dead) for c, m in missed.items()), *overdue.items()]
    return sum(count for cause, count in counts if cause.party is Party.WISH)


def _gravity(part: Part) -> tuple[int, Cause]:
    return -part.all, part.cause


def _exhausted(made: Ledger, promised: int, bad: int, seconds: float) -> Exhausted:
    """A delivery that is promised adds to the budget what may be bad of it."""
    if made.promised < FEWEST:
        return Exhausted("cannot_say", why=f"fewer than {FEWEST} deliveries")
    if made.left <= 0:
        return Exhausted("gone")
    if not bad:
        return Exhausted("never", why="nothing was missed since yesterday")
    if promised < FEWEST or bad < FEWEST_BAD:
        return Exhausted("cannot_say", why="too few deliveries since yesterday")
    burnt = (bad - promised * budget(made.objective)) / seconds
    if burnt <= 0 or made.left / burnt > PERIOD_S:
        return Exhausted("never", why="fewer are missed than may be")
    return Exhausted("within", in_s=made.left / burnt)
