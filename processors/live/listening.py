"""One listener: from where it was to what comes, without a gap and without a repeat.

What is no longer in the hub's ring is read from Kafka first. Then everything comes out
of the ring, at the listener's own pace; whom the ring has overtaken is sent away, and
may come back where it was.
"""

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeAlias

from bus.errors import BrokerUnavailableError, OrderbusError
from bus.record import TopicPartition
from processors.live import positions
from processors.live.hub import Live
from processors.live.positions import Kind, Positions, Stand
from processors.live.ring import Item
from processors.live.signals import Beat, Gap, Heard, Reason, Signal
from processors.live.wanted import Wanted

_AT_ONCE = 500

Tell: TypeAlias = Callable[[Signal], Awaitable[None]]
Ending: TypeAlias = Callable[[], Reason | None]


def _never() -> None:
    return None


class Listening:
    """Use it as `async with Listening(…) as listening:`, then call `hear` once.

    Args:
        live: The hub.
        wanted: What is to be heard.
        since: Where the listener was; None: it hears what comes from now on.
        ending: Asked about once a second why it may listen no more, if it may not.
        whose: The tenant it is of; empty: the bus's own.

    Raises:
        BrokerUnavailableError: on entering: Kafka gives no answer, or the hub ends.
    """

    def __init__(
        self,
        live: Live,
        wanted: Wanted,
        since: Stand | None = None,
        ending: Ending = _never,
        whose: str = "",
    ) -> None:
        self._live = live
        self._wanted = wanted
        self._since = since
        self._may_not = ending
        self._whose = whose
        self._topics = live.topics(wanted.kinds)
        self._positions: Positions = {}
        self._number = 0
        self._anew: list[tuple[TopicPartition, int, int]] = []
        self._asked = self._told = live.ticks
        self._reason: Reason | None = None
        self._inside = False

    async def __aenter__(self) -> Self:
        """Join, and find out from where on."""
        if self._live.closing:
            raise BrokerUnavailableError("this process is about to stop")
        await self._live.join(self._topics)
        self._inside = True
        try:
            await self._stand()
        except BaseException:
            self.leave()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave."""
        self.leave()

    def leave(self) -> None:
        """Listen no more; a second time is fine."""
        if self._inside:
            self._live.leave(self._topics)
        self._inside = False

    @property
    def id(self) -> str:
        """Where the listener is."""
        return positions.write(self._wanted.kinds, self._positions)

    async def hear(self, tell: Tell) -> Reason:
        """Tell everything, until there is a reason to end."""
        await tell(Beat(self.id))
        for at, since, until in self._anew:
            await tell(Gap(self.id, at, since, until))
        while True:
            await self._hear_past(tell)
            if (reason := await self._hear_ring(tell)) is not None:
                return reason

    # --- where it stands

    async def _stand(self) -> None:
        """Set the positions to begin at."""
        ring = self._live.ring
        mine = {tp: end for tp, end in ring.ends.items() if tp.topic in self._topics}
        self._number = ring.next
        self._positions = mine
        if self._since is None:
            return
        self._number = ring.first
        self._positions = {tp: self._was(self._since, tp, mine[tp]) for tp in mine}
        beyond = {tp for tp, at in self._positions.items() if at > mine[tp]}
        if not beyond:
            return
        # Ahead of what was read here: of what Kafka has, too?
        bounds = await self._live.bounds({tp.topic for tp in beyond})
        for tp in sorted(beyond & set(bounds)):
            if (at := self._positions[tp]) > bounds[tp].end:
                self._positions[tp] = bounds[tp].start
                self._anew.append((tp, at, bounds[tp].start))

    def _was(self, since: Stand, tp: TopicPartition, end: int) -> int:
        """Where the listener was; in what is new since then, at the beginning."""
        said = since.offsets(tp.topic)
        if said is not None:
            return said.get(tp.partition, 0)
        attempts = tp.topic == self._live.parts.topology.attempts
        kind = Kind.ATTEMPTS if attempts else Kind.EVENTS
        return 0 if kind in since.kinds else end

    def _behind(self) -> set[str]:
        """The topics of which something is wanted that is not in the ring."""
        starts, mine = self._live.ring.starts, self._positions
        return {tp.topic for tp, at in mine.items() if at < starts.get(tp, 0)}

    # --- what was

    async def _hear_past(self, tell: Tell) -> None:
        """Read from Kafka, until the ring has what comes next."""
        live = self._live
        while (behind := self._behind()) and self._ending() is None:
            if not live.places.take(self._whose):
                await self._wait(tell)
                continue
            try:
                until_s = live.parts.clock.monotonic() + live.policy.slice_s
                for topic in sorted(behind):
                    await self._read(topic, tell, until_s)
                self._number = live.ring.first
            except OrderbusError:  # told by whoever follows the topic
                await self._pause(tell)
            finally:
                live.places.give_back(self._whose)
            if live.places.waiting:
                await self._pause(tell)

    async def _wait(self, tell: Tell) -> None:
        """Wait a turn for a place among those who read the past."""
        self._live.places.waiting += 1
        try:
            await self._pause(tell)
        finally:
            self._live.places.waiting -= 1

    def _is_over(self, until_s: float) -> bool:
        """Whether it has had its time, while others wait."""
        live = self._live
        return bool(live.places.waiting) and live.parts.clock.monotonic() >= until_s

    async def _read(self, topic: str, tell: Tell, until_s: float) -> None:
        """Tell what a topic holds, from the positions up to its end as it is now.

        Or less: if others wait, and it has read for long, it goes on after them.
        """
        bounds = await self._live.bounds([topic])
        mine = self._positions
        for tp, lag in bounds.items():
            await self._pass_over(tp, lag.start, tell)
        start = {tp.partition: at for tp, at in mine.items() if tp.topic == topic}
        async for batch in self._live.parts.reader.read(topic, start=start):
            for record in batch:
                await self._tell(await self._live.parts.item(record), tell)
                if self._ending() is not None:
                    return
            await self._beat(tell)
            if self._is_over(until_s):
                return
            await self._live.breathe()
        for tp, lag in bounds.items():  # markers and gaps are behind it, too
            mine[tp] = max(mine[tp], lag.end)

    async def _pass_over(self, tp: TopicPartition, start: int, tell: Tell) -> None:
        """Go on at what a partition still holds, and say what it does not."""
        since = self._positions.setdefault(tp, 0)
        if since < start:
            self._positions[tp] = start
            if self._since is not None and self._since.offsets(tp.topic) is not None:
                await tell(Gap(self.id, tp, since, start))

    # --- what comes

    async def _hear_ring(self, tell: Tell) -> Reason | None:
        """Tell what comes; None if the past has to be read again."""
        ring, caught_up = self._live.ring, False
        while (reason := self._ending()) is None:
            items = ring.after(self._number, _AT_ONCE)
            if items is None:
                return Reason.SLOW if caught_up else None
            for item in items:
                self._number += 1
                await self._tell(item, tell)
                if (reason := self._ending()) is not None:
                    return reason
            caught_up = caught_up or self._number == ring.next
            await self._beat(tell)
            if self._number < ring.next:
                await self._live.breathe()
            else:
                await self._live.turn()
        return reason

    async def _tell(self, item: Item, tell: Tell) -> None:
        """Tell an item, if it is new and wanted."""
        tp = item.at.topic_partition
        if tp.topic not in self._topics or item.at.offset < self._positions.get(tp, 0):
            return
        self._positions[tp] = item.at.offset + 1
        if item.row is not None and self._wanted.fits(item.row):
            self._told = self._live.ticks
            await tell(Heard(self.id, item.row))

    async def _pause(self, tell: Tell) -> None:
        await self._beat(tell)
        await self._live.turn()

    async def _beat(self, tell: Tell) -> None:
        """Say that all is well, if nothing was said for long."""
        if self._live.ticks - self._told >= self._live.policy.beat_s:
            self._told = self._live.ticks
            await tell(Beat(self.id))

    def _ending(self) -> Reason | None:
        """Why it is over, if it is."""
        if self._live.closing:
            return Reason.DRAINING
        if self._asked != self._live.ticks:
            self._asked = self._live.ticks
            self._reason = self._may_not()
        return self._reason
