"""Which group is worth somebody's time first: value * P(late) * tier weight.

A queue without order clears a group about every `gap_s`, so that one that waits with
`groups` others is cleared after `clear_s` on average, and is not by its ship-by with
the chance `exp(-left / clear_s)`. Who knows neither takes what is usual here.

An item that is too late already cannot be rescued any more. It is not forgotten: it
counts with a tenth of its value, as every hour makes it worse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import exp
from statistics import median

USUAL_GAP_S = 900.0
"""How long a group takes while nobody has cleared one."""
SHORTEST_GAP_S = 10.0
"""A shorter one is one look at several groups, or a program: no pace to go by."""
LONGEST_GAP_S = 3_600.0
"""A longer one is a pause, and says nothing of how long a group takes."""
ASSUMED_S = 86_400.0
"""An item without a ship-by has so much time from when it was parked."""
LATE_WEIGHT = 0.1
_MOST_GAPS = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast groups are cleared.

    Attributes:
        gap_s: How long one takes, measured.
        groups: How many wait.
        measured: Of how many gaps; 0: it is `USUAL_GAP_S`.
    """

    gap_s: float = USUAL_GAP_S
    groups: int = 1
    measured: int = 0

    @property
    def clear_s(self) -> float:
        """The average time until a group is cleared where none goes first."""
        return self.gap_s * (self.groups + 1) / 2

    def p_late(self, left_s: float) -> float:
        """The chance that something with so much time left is too late."""
        return 1.0 if left_s <= 0 else exp(-left_s / self.clear_s)


def pace_of(cleared: Sequence[datetime], groups: int) -> Pace:
    """The pace by when groups were cleared, in order, and how many wait."""
    told = cleared[-_MOST_GAPS - 1 :]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(told)]
    real = [gap for gap in gaps if SHORTEST_GAP_S <= gap <= LONGEST_GAP_S]
    if not real:
        return Pace(groups=groups)
    return Pace(median(real), groups, len(real))


@dataclass(frozen=True, slots=True)
class Stake:
    """What one item puts at stake.

    Attributes:
        value: In the base currency; None: unknown.
        currency: Of its value, where that is why it is unknown.
        ship_by: By when it has to go; None: unknown.
        at: When it was parked.
        tier: How dear its account is.
    """

    value: Decimal | None
    currency: str
    ship_by: datetime | None
    at: datetime
    tier: str = ""

    @property
    def due(self) -> datetime:
        """By when it has to go, assumed where nobody says it."""
        return self.ship_by or self.at + timedelta(seconds=ASSUMED_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What items put at risk, and of what that is made; money in the base currency.

    Attributes:
        score: What they are ranked by: `at_risk`, and a tenth of `overdue`.
        at_risk: The sum of value * P(late) * tier weight of those in time.
        value: The sum of the values of those in time.
        overdue: The sum of the values, weighted, of those that are too late.
        late: How many those are.
        p_late: `at_risk` over the weighted value: the average chance; None: no value.
        weight: The weighted value over the value: the average weight; None likewise.
        left_s: Time left of the first that is in time; None: there is none.
        unknown: How many have no value that is known, by currency; "": no value.
        assumed: How many have no ship-by of their own.
    """

    score: float = 0.0
    at_risk: float = 0.0
    value: float = 0.0
    overdue: float = 0.0
    late: int = 0
    p_late: float | None = None
    weight: float | None = None
    left_s: float | None = None
    unknown: Mapping[str, int] = field(default_factory=dict)
    assumed: int = 0


def risk_of(
    stakes: Sequence[Stake],
    pace: Pace,
    weights: Mapping[str, float],
    now: datetime,
) -> Risk:
    """What these put at risk now."""
    at_risk = value = weighted = overdue = 0.0
    late = assumed = 0
    first: float | None = None
    unknown: dict[str, int] = {}
    for one in stakes:
        left_s = (one.due - now).total_seconds()
        late += left_s <= 0
        assumed += one.ship_by is None
        if left_s > 0:
            first = left_s if first is None else min(first, left_s)
        if one.value is None:
            unknown[one.currency] = unknown.get(one.currency, 0) + 1
            continue
        worth = float(one.value)
        heavy = worth * weights.get(one.tier, 1.0)
        if left_s <= 0:
            overdue += heavy
            continue
        value += worth
        weighted += heavy
        at_risk += heavy * pace.p_late(left_s)
    return Risk(
        score=at_risk + LATE_WEIGHT * overdue,
        at_risk=at_risk,
        value=value,
        overdue=overdue,
        late=late,
        p_late=at_risk / weighted if weighted else None,
        weight=weighted / value if value else None,
        left_s=first,
        unknown=unknown,
        assumed=assumed,
    )
