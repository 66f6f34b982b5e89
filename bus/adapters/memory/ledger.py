"""What became of deliveries, in memory."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from bus.adapters.memory.history_questions import among
from bus.log.causes import LATE_US, Cause, Standing
from bus.log.deliveries import DEAD_LETTER, DeliveryKey, stands_as
from bus.log.ledger import (
    DAY_MINUTES,
    CauseSpot,
    Counted,
    Hour,
    Missed,
    Spans,
    Spot,
    Trouble,
    reckoned,
    together,
    wants_standing,
)
from bus.log.questions import OpenDelivery
from bus.log.rollup import BUCKETS, Key, Tally, tallied
from bus.log.rows import AttemptRow


class MemoryLedger:
    """Counts by day and by hour; `open` are the deliveries that have not ended."""

    def __init__(self, open_: Mapping[DeliveryKey, OpenDelivery]) -> None:
        self._open = open_
        self._days: dict[Spot, list[int]] = defaultdict(lambda: [0, 0])
        self._latencies: dict[Spot, Tally] = {}
        self._missed: dict[CauseSpot, list[int]] = defaultdict(lambda: [0, 0])
        self._ups: dict[Spot, int] = defaultdict(int)
        self._troubles: dict[CauseSpot, Trouble] = {}

    def take(self, attempts: Sequence[AttemptRow]) -> Mapping[DeliveryKey, Standing]:
        """Count attempts, before what they change of open deliveries.

        Return how those stood of which that decides something.
        """
        before = {
            key: stands_as(self._open[key])
            for key in wants_standing(attempts)
            if key in self._open
        }
        made = reckoned(attempts, before)
        for mine, more in ((self._days, made.days), (self._missed, made.missed)):
            for spot, counts in more.items():
                mine[spot] = [a + b for a, b in zip(mine[spot], counts, strict=True)]  # type: ignore[index]  # of one kind each
        for spot, minutes in made.ups.items():
            self._ups[spot] |= minutes
        for at, new in made.troubles.items():
            old = self._troubles.get(at, Trouble())
            self._troubles[at] = Trouble(
                old[0] | new[0], old[1] + new[1], old[2] + new[2]
            )
        for key, tally in tallied(attempts).items():
            self._add_latencies(key, tally[-BUCKETS:])
        return before

    def _add_latencies(self, key: Key, latencies: Tally) -> None:
        spot = (key[0] // DAY_MINUTES * DAY_MINUTES, key[1])
        before = self._latencies.get(spot, (0,) * BUCKETS)
        self._latencies[spot] = [a + b for a, b in zip(before, latencies, strict=True)]

    async def spans(
        self, subscriptions: Collection[str] | None, since: int, lately: int
    ) -> Mapping[str, Spans]:
        """Out of the days."""
        whole = await self._counted(subscriptions, since)
        part = await self._counted(subscriptions, lately)
        bare = Counted()
        return {
            name: Spans(
                one._replace(latencies=bare.latencies),
                part.get(name, bare)._replace(latencies=bare.latencies),
            )
            for name, one in whole.items()
        }

    async def latencies(
        self, subscriptions: Collection[str] | None, since: int
    ) -> Mapping[str, Sequence[int]]:
        """Likewise."""
        found = await self._counted(subscriptions, since)
        return {name: one.latencies for name, one in found.items()}

    async def _counted(
        self, subscriptions: Collection[str] | None, since: int
    ) -> Mapping[str, Counted]:
        names = {name for start, name in self._latencies if start >= since}
        return {
            name: together((await self.days(name, since)).values())
            for name in names
            if among(name, subscriptions)
        }

    async def days(self, subscription: str, since: int) -> Mapping[int, Counted]:
        """Those of one."""
        return {
            start: self._day(start, name)
            for start, name in self._latencies
            if name == subscription and start >= since
        }

    def _day(self, start: int, name: str) -> Counted:
        kept, recovered = self._days.get((start, name), (0, 0))
        missed = {
            cause: Missed(*counts)
            for (begun, of, cause), counts in self._missed.items()
            if (begun, of) == (start, name)
        }
        latencies = tuple(self._latencies[start, name])
        return Counted(kept, recovered, missed, latencies)

    async def hours(self, subscription: str, since: int) -> Sequence[Hour]:
        """Those of one."""
        troubles: dict[int, dict[Cause, Trouble]] = defaultdict(dict)
        for (start, name, cause), trouble in self._troubles.items():
            if name == subscription and start >= since:
                troubles[start][cause] = trouble
        ups = {
            start: up
            for (start, name), up in self._ups.items()
            if name == subscription and start >= since
        }
        starts = sorted(ups.keys() | troubles.keys())
        return [Hour(one, ups.get(one, 0), troubles.get(one, {})) for one in starts]

    async def overdue(
        self, subscriptions: Collection[str] | None, now_us: int
    ) -> Mapping[str, Mapping[Cause, int]]:
        """Out of the open deliveries."""
        found: dict[str, dict[Cause, int]] = defaultdict(dict)
        for one in self._open.values():
            late = 0 < one.arrived_us < now_us - LATE_US
            first = one.state != DEAD_LETTER and not one.replay
            if late and first and among(one.subscription, subscriptions):
                cause = one.overdue or one.cause or Cause.LATE
                counts = found[one.subscription]
                counts[cause] = counts.get(cause, 0) + 1
        return found
