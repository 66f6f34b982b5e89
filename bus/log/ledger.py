"""What became of deliveries, day by day; and when an endpoint took nothing.

A delivery counts once, on the UTC day when it ended, however many attempts it took:
kept, late or dead. What is asked for again afterwards (a replay) makes nothing undone:
it is counted as recovered, beside. Counts add up, whatever batches they came in;
minutes are bits that are set.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from bus.log.causes import (
    NOTHING,
    Cause,
    Party,
    Standing,
    cause_of,
    followed,
    hangs_on_before,
    is_overdue,
    standing,
)
from bus.log.deliveries import DEAD_LETTER, DeliveryKey
from bus.log.rollup import BUCKETS, MINUTE_US
from bus.log.rows import AttemptRow

DAY_MINUTES, HOUR_MINUTES = 1_440, 60

Spot: TypeAlias = tuple[int, str]
"""Where a day or an hour begins (minutes since the epoch), and a subscription."""
CauseSpot: TypeAlias = tuple[int, str, Cause]


class Missed(NamedTuple):
    """Deliveries that were accepted late, or not at all."""

    late: int = 0
    dead: int = 0


class Trouble(NamedTuple):
    """Calls of an hour that failed: in which minutes (bits), and how many.

    `deliveries` are those whose first call did, or was not made.
    """

    minutes: int = 0
    calls: int = 0
    deliveries: int = 0


class Hour(NamedTuple):
    """An hour of a subscription: minutes (bits) in which calls were accepted, failed.

    `start` is minutes since the epoch.
    """

    start: int
    up: int
    troubles: Mapping[Cause, Trouble]


class Counted(NamedTuple):
    """What became of the deliveries of one subscription in a span of days."""

    kept: int = 0
    recovered: int = 0
    missed: Mapping[Cause, Missed] = {}
    latencies: Sequence[int] = (0,) * BUCKETS


class Spans(NamedTuple):
    """What became of them in a span of days, and in its last ones; no latencies."""

    whole: Counted = Counted()
    lately: Counted = Counted()


class LedgerLog(Protocol):
    """What the log is asked of deliveries; days and hours are minutes since the epoch.

    Raises `LogUnavailableError` as all of it does.
    """

    async def spans(
        self, subscriptions: Collection[str] | None, since: int, lately: int
    ) -> Mapping[str, Spans]:
        """What became of the deliveries of these (None: all) since two days began.

        The first one comes first. Latencies, which cost most, are asked for apart.
        """
        ...

    async def latencies(
        self, subscriptions: Collection[str] | None, since: int
    ) -> Mapping[str, Sequence[int]]:
        """How long attempts of these (None: all) took since a day began."""
        ...

    async def days(self, subscription: str, since: int) -> Mapping[int, Counted]:
        """The same of one, by day; one without any is left out."""
        ...

    async def hours(self, subscription: str, since: int) -> Sequence[Hour]:
        """Its hours with any call since then, oldest first."""
        ...

    async def overdue(
        self, subscriptions: Collection[str] | None, now_us: int
    ) -> Mapping[str, Mapping[Cause, int]]:
        """How many deliveries are late by now and have not ended, by cause."""
        ...


class Reckoned:
    """What attempts add to a ledger."""

    def __init__(self) -> None:
        self.days: dict[Spot, list[int]] = defaultdict(lambda: [0, 0])
        self.missed: dict[CauseSpot, list[int]] = defaultdict(lambda: [0, 0])
        self.ups: dict[Spot, int] = defaultdict(int)
        self.troubles: dict[CauseSpot, Trouble] = defaultdict(Trouble)


def wants_standing(attempts: Iterable[AttemptRow]) -> set[DeliveryKey]:
    """Of which deliveries it has to be known how they stood before these attempts."""
    wanted: set[DeliveryKey] = set()
    hops: dict[DeliveryKey, Standing] = {}
    for one in attempts:
        if (
            not one.replay
            and _ends(one)
            and (is_overdue(one) or not (cause_of(one) or _accepted(one)))
        ):
            wanted.add((one.subscription, one.event_id))
        # Hops are few: most batches have none.
        if hops or not one.number:
            _hop(one, hops, wanted)
    return wanted


def _hop(
    one: AttemptRow, hops: dict[DeliveryKey, Standing], wanted: set[DeliveryKey]
) -> None:
    """Note deliveries that began with hops, and what came after them."""
    key = (one.subscription, one.event_id)
    before, after = hops.get(key, NOTHING), standing(one)
    if _is_done(one):
        hops.pop(key, None)
    elif key in hops or not one.number:
        hops[key] = followed(before, after)
    if hangs_on_before(before, after):
        wanted.add(key)


def reckoned(
    attempts: Iterable[AttemptRow], before: Mapping[DeliveryKey, Standing]
) -> Reckoned:
    """Return what attempts add, in the order of their records.

    `before` is how those stood that `wants_standing` names, as far as any did.
    """
    made = Reckoned()
    stands: dict[DeliveryKey, Standing] = dict(before)
    for attempt in attempts:
        key = (attempt.subscription, attempt.event_id)
        now = followed(stands.get(key, NOTHING), standing(attempt))
        if _ends(attempt):
            _end(made, attempt, now)
        if _is_done(attempt):
            stands.pop(key, None)
        else:
            stands[key] = now
        _called(made, attempt)
    return made


def _is_done(attempt: AttemptRow) -> bool:
    return attempt.route == "done"


def _accepted(attempt: AttemptRow) -> bool:
    """Whether it ends well; what a filter does not want in the end was no promise."""
    return _is_done(attempt) and attempt.outcome == "accepted"


def _ends(attempt: AttemptRow) -> bool:
    return _accepted(attempt) or attempt.route.startswith(DEAD_LETTER)


def _end(made: Reckoned, attempt: AttemptRow, now: Standing) -> None:
    """Count a delivery that has ended, once for all: replays change nothing of it."""
    day = attempt.started_us // MINUTE_US // DAY_MINUTES * DAY_MINUTES
    spot = (day, attempt.subscription)
    if attempt.replay:
        made.days[spot][1] += _accepted(attempt)
    elif not _accepted(attempt):
        cause = cause_of(attempt) or now.overdue or now.cause or Cause.LATE
        made.missed[*spot, cause][1] += 1
    elif now.overdue:
        made.missed[*spot, now.overdue][0] += 1
    else:
        made.days[spot][0] += 1


def _called(made: Reckoned, attempt: AttemptRow) -> None:
    """Mark the minute: something was accepted by a call, or one failed."""
    minute = attempt.started_us // MINUTE_US
    spot = (minute // HOUR_MINUTES * HOUR_MINUTES, attempt.subscription)
    bit = 1 << minute % HOUR_MINUTES
    cause = cause_of(attempt)
    if attempt.outcome == "accepted":
        if attempt.status:  # else its consumer has acknowledged it: nothing was called
            made.ups[spot] |= bit
    elif _is_endpoints(cause) and (attempt.number or cause is Cause.BREAKER):
        minutes, calls, deliveries = made.troubles[*spot, cause]
        first = not attempt.replay and attempt.number <= 1 and attempt.route != "held"
        made.troubles[*spot, cause] = Trouble(
            minutes | bit, calls + bool(attempt.number), deliveries + first
        )


def _is_endpoints(cause: Cause) -> bool:
    return cause is not Cause.NONE and cause.party is Party.RECEIVER


def together(parts: Iterable[Counted]) -> Counted:
    """Return the sum; of none, nothing."""
    kept = recovered = 0
    missed: dict[Cause, Missed] = {}
    latencies = [0] * BUCKETS
    for one in parts:
        kept, recovered = kept + one.kept, recovered + one.recovered
        for cause, (late, dead) in one.missed.items():
            had = missed.get(cause, Missed())
            missed[cause] = Missed(had.late + late, had.dead + dead)
        latencies = [a + b for a, b in zip(latencies, one.latencies, strict=True)]
    return Counted(kept, recovered, missed, tuple(latencies))


def bits(minutes: int) -> Iterator[int]:
    """Which minutes of an hour are set, in order."""
    return (minute for minute in range(HOUR_MINUTES) if minutes >> minute & 1)
