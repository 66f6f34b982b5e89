"""The morning: what was parked, by when it has to go, what it is worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypeAlias

from bus.intake.parked.fingerprint import Cause
from bus.intake.parked.grouping import Group, Past, Row, Terms, groups_of
from bus.intake.parked.item import Stage
from bus.intake.parked.machine import Life
from bus.intake.parked.ranking import Stake, pace_of

BEGINS = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
FAILURES, CAUSES = 2_000, 12
EVERY = timedelta(minutes=5)
NIGHT_S = 12 * 3_600
CUT_OFFS_MIN = (10, 15, 20, 30, 40, 60)
WEIGHTS: Mapping[str, float] = {"gold": 2.0}

Choose: TypeAlias = Callable[[Sequence[Group]], Group]


def by_rank(groups: Sequence[Group]) -> Group:
    """What the list shows first."""
    return groups[0]


def by_age(groups: Sequence[Group]) -> Group:
    """The one with the oldest item: first in, first out."""
    return min(groups, key=lambda one: (one.first, one.id))


def by_count(groups: Sequence[Group]) -> Group:
    """The largest."""
    return max(groups, key=lambda one: (one.count, one.id))


def by_due(groups: Sequence[Group]) -> Group:
    """The one with the item that has to go first, of those that can still go."""
    last = datetime.max.replace(tzinfo=UTC)
    return min(groups, key=lambda one: (one.ship_by or last, one.id))


@dataclass(frozen=True)
class Outcome:
    """What a morning came to, in the base currency."""

    worth: float
    rescued: float


def failures(seed: int) -> Sequence[Row]:
    """What was parked over night.

    A cause is a promotion, a price list, a new sales channel: few have most items,
    each has orders of a size, and most of its own go with one carrier.
    """
    random = Random(seed)  # noqa: S311 - a morning, the same again
    causes = [_Kind.of(number, random) for number in range(CAUSES)]
    shares = [1 / (number + 1) for number in range(CAUSES)]
    random.shuffle(shares)
    chosen = random.choices(causes, shares, k=FAILURES - CAUSES) + causes
    return [_row(number, kind, random) for number, kind in enumerate(chosen)]


@dataclass(frozen=True)
class _Kind:
    number: int
    typical: float
    begins_s: float
    cut_off_min: int
    tier: str

    @classmethod
    def of(cls, number: int, random: Random) -> "_Kind":
        return cls(
            number=number,
            typical=random.lognormvariate(4.5, 1.3),
            begins_s=random.uniform(0, NIGHT_S * 0.9),
            cut_off_min=random.choice(CUT_OFFS_MIN),
            tier="gold" if random.random() < 0.15 else "",
        )


def _row(number: int, kind: _Kind, random: Random) -> Row:
    at_s = random.uniform(kind.begins_s, NIGHT_S)
    at = BEGINS - timedelta(seconds=NIGHT_S - at_s)
    own = random.random() < 0.8
    minutes = kind.cut_off_min if own else random.choice(CUT_OFFS_MIN)
    cause = Cause("shopify", Stage.RULE, f"rule-{kind.number}", "", "some")
    worth = Decimal(f"{kind.typical * random.lognormvariate(0, 0.8):.2f}")
    return Row(
        id=str(number),
        source="acme-shop",
        channel="shopify",
        owner="",
        account="",
        event_type="intake.order_received",
        order_id=str(number),
        native_id="",
        number="",
        cause=cause,
        fingerprint=cause.fingerprint,
        value_seen="",
        amount=f"{worth}",
        stake=Stake(worth, "EUR", BEGINS + timedelta(minutes=minutes), at, kind.tier),
        life=Life(since=at),
        records=((0, number),),
        payload_at=(0, number),
    )


def lived(rows: Sequence[Row], choose: Choose) -> Outcome:
    """Clear a group every five minutes until none is left."""
    waiting, now, rescued = list(rows), BEGINS, 0.0
    cleared: list[datetime] = [BEGINS]
    while waiting:
        names = {row.fingerprint for row in waiting}
        pace = pace_of(cleared, len(names))
        terms = Terms(pace=pace, weights=WEIGHTS, now=now)
        group = choose(groups_of(waiting, {name: Past() for name in names}, terms))
        now += EVERY
        cleared.append(now)
        done = [row for row in waiting if row.fingerprint == group.id]
        rescued += sum(_worth(row) for row in done if row.stake.due >= now)
        waiting = [row for row in waiting if row.fingerprint != group.id]
    return Outcome(sum(map(_worth, rows)), rescued)


def _worth(row: Row) -> float:
    return float(row.stake.value or 0)
