"""One assignment of one partition, and what a loop's partitions hold together."""

import asyncio
from collections.abc import Callable, Collection

from bus.delivery.offsets import Ledger
from bus.ports import Clock
from bus.record import Commit, TopicPartition


class Tally:
    """What the partitions of one loop hold together.

    `calm` is set while few enough deliveries are unsettled; `idle` is pulsed when a
    leaving partition finishes a step. `dirty` are those with news to commit. `begun`
    counts deliveries for ever, whatever became of them.
    """

    __slots__ = (
        "begun",
        "calm",
        "deliveries",
        "dirty",
        "idle",
        "limit",
        "resume",
        "unsettled",
    )

    def __init__(self, limit: int, resume: Callable[["Partition"], None]) -> None:
        self.unsettled = 0
        self.deliveries = 0
        self.begun = 0
        self.resume = resume
        self.limit = limit
        self.calm = asyncio.Event()
        self.idle = asyncio.Event()
        self.dirty: set[Partition] = set()
        self.calm.set()

    def add(self, records: int, deliveries: int) -> None:
        """Count what came or was settled; a quarter of room makes calm."""
        self.unsettled += records
        self.deliveries += deliveries
        if self.deliveries >= self.limit:
            self.calm.clear()
        elif deliveries < 0 and self.deliveries * 4 <= self.limit * 3:
            self.calm.set()


class Partition:
    """One assignment of one partition, from assigned to revoked or lost.

    A partition that comes back is a new object, so a late completion can only
    settle in the ledger of its own time: that is the fence. `born` counts the
    loop's assignments, so that a batch read under an earlier one can be told.
    """

    __slots__ = (
        "_tally",
        "born",
        "in_flight",
        "ledger",
        "open",
        "paused",
        "resume_at",
        "tp",
    )

    def __init__(
        self, tp: TopicPartition, start: Commit, tally: Tally, born: int = 0
    ) -> None:
        self.tp = tp
        self.born = born
        self.ledger = Ledger(start if start.offset >= 0 else None)
        self.open = True
        self.paused = False
        self.resume_at = 0
        self.in_flight = 0
        self._tally = tally

    def begin(self, offset: int, deliveries: Collection[str]) -> None:
        """Say which deliveries a record waits for; none settles it at once."""
        before, open_ = self.ledger.unsettled, self.ledger.deliveries
        self.ledger.begin(offset, deliveries)
        self._tally.begun += len(deliveries)
        self._moved(before, open_)

    def skip(self, start: int) -> None:
        """Go on at `start`: Kafka holds nothing before it any more."""
        self.ledger.skip(start)
        self._tally.dirty.add(self)

    def settle(self, offset: int, delivery: str) -> None:
        """Say that a delivery of a record is settled."""
        before, open_ = self.ledger.unsettled, self.ledger.deliveries
        self.ledger.settle(offset, delivery)
        self._moved(before, open_)

    def _moved(self, before: int, open_: int) -> None:
        if self.open:
            unsettled = self.ledger.unsettled
            self._tally.add(unsettled - before, self.ledger.deliveries - open_)
            self._tally.dirty.add(self)
            if self.paused and unsettled <= self.resume_at:
                self._tally.resume(self)

    def close(self) -> None:
        """Fence it: what is still unsettled is somebody else's now."""
        self._tally.add(-self.ledger.unsettled, -self.ledger.deliveries)
        self._tally.dirty.discard(self)
        self.open = False

    def started(self) -> None:
        """Count a step that a revoke has to wait for."""
        self.in_flight += 1

    def finished(self) -> None:
        """End a step that `started` began."""
        self.in_flight -= 1
        if not self.open:
            self._tally.idle.set()


async def wait_for(clock: Clock, event: asyncio.Event, timeout_s: float) -> None:
    """Return when the event is set or the time is over, on any clock."""
    waiter = asyncio.ensure_future(event.wait())
    timer = asyncio.ensure_future(clock.sleep(timeout_s))
    try:
        await asyncio.wait({waiter, timer}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
        timer.cancel()


async def drained(
    leaving: Collection[Partition], tally: Tally, clock: Clock, within_s: float
) -> int:
    """Wait for what is in flight; return how much still is when the time is over."""
    deadline = clock.monotonic() + within_s
    while in_flight := sum(partition.in_flight for partition in leaving):
        left_s = deadline - clock.monotonic()
        if left_s <= 0:
            return in_flight
        tally.idle.clear()
        await wait_for(clock, tally.idle, left_s)
    return 0
