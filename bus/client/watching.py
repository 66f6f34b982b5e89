"""A consumer's membership looked after: is all fetched, does the group get its way?

librdkafka can stop fetching a partition, or keep what its group wants back, without a
word (docs/decisions/no-silent-reset.md). Both are seen from outside only.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol

from bus.delivery.membership import Members, holders
from bus.delivery.standstill import LOOK_EVERY_S as STILL_EVERY_S
from bus.delivery.standstill import Standstill
from bus.errors import OrderbusError
from bus.ports import Lag
from bus.record import TopicPartition

LOOK_EVERY_S = 10.0


class Asker(Protocol):
    """Who knows how far a group is."""

    async def lag(
        self, group: str, topics: Collection[str]
    ) -> Mapping[TopicPartition, Lag]:
        """Lag by partition."""
        ...


class Told(Protocol):
    """The member that is looked after."""

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Hear how far partitions reach; what is not fetched is joined for anew."""
        ...

    async def obeys(self, members: Members) -> bool:
        """Hear what its group wants of it; whether it leaves nothing undone."""
        ...


class Watching:
    """Looks again and again. `ask` says who holds what, and may start a process.

    `held` are the partitions that are assigned to the member. What gives no answer is
    asked again the next time; nothing waits for it.
    """

    def __init__(
        self,
        group: str,
        topics: Collection[str],
        *,
        member: Told,
        asker: Asker,
        ask: Callable[[Collection[str]], Awaitable[Mapping[str, Members]]],
        held: Callable[[], Collection[TopicPartition]],
    ) -> None:
        self._group = group
        self._topics = topics
        self._member = member
        self._asker = asker
        self._ask = ask
        self._held = held
        self._standstill = Standstill(lambda _: 0.0)
        self._looked_at = float("-inf")

    async def look(self, now: float) -> None:
        """Look once, at `now` (monotonic). Never raises an error of Kafka's."""
        try:
            lags = await self._asker.lag(self._group, self._topics)
        except OrderbusError:
            return
        self._member.reached({tp: lag.end for tp, lag in lags.items()})
        if now - self._looked_at >= STILL_EVERY_S:
            self._looked_at = now
            await self._look_elsewhere(lags, now)

    async def _look_elsewhere(
        self, lags: Mapping[TopicPartition, Lag], now: float
    ) -> None:
        """Ask who should read what nobody reads, if there is such."""
        held = frozenset(self._held())
        commits = {
            tp: lag.committed
            for tp, lag in lags.items()
            if lag.pending > 0 and tp not in held
        }
        if not self._standstill.look(commits, now):
            return
        members = (await self._ask([self._group])).get(self._group)
        if members is None:
            return
        obeys = await self._member.obeys(members)
        self._standstill.answered(holders(members), now, undone=not obeys)
