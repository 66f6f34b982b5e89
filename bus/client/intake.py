"""What a consumer has fetched and not yet handed out, and what of it is settled."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from bus.delivery.offsets import Ledger
from bus.record import Commit, Expired, Record, TopicPartition

_ONE = "event"


class Taken(NamedTuple):
    """A record handed out, and the books of the assignment it was fetched under."""

    record: Record
    ledger: Ledger

    @property
    def topic_partition(self) -> TopicPartition:
        """The partition it was fetched from."""
        return self.record.topic_partition


class _Gone(NamedTuple):
    """What Kafka deleted before it was fetched, in its place among the fetched."""

    topic_partition: TopicPartition
    start: int
    ledger: Ledger


OnExpired: TypeAlias = Callable[[Expired, int], None]
"""Hears what Kafka deleted before it was settled, and how many records."""


class Intake:
    """`bus.ports.Listener`: hands out each record once an assignment.

    What was fetched under an earlier assignment is dropped: it is fetched again. While
    `limit` records are fetched and not settled, no more are. A partition that goes
    waits up to `drain_s` for what was handed out, so that its next owner need not
    repeat it.
    """

    def __init__(
        self,
        limit: int,
        drain_s: float,
        on_expired: OnExpired = lambda _gone, _count: None,
    ) -> None:
        self._on_expired = on_expired
        self._limit = limit
        self._drain_s = drain_s
        self._ledgers: dict[TopicPartition, Ledger] = {}
        self._leaving: dict[TopicPartition, Ledger] = {}
        self._fetched: deque[Taken | _Gone] = deque()
        self._parked: dict[TopicPartition, deque[Taken | _Gone]] = {}
        self._unsettled = 0
        self._arrived = asyncio.Event()
        self._settled = asyncio.Event()
        self.closed = False

    # --- what the consumer does

    async def take(self) -> Taken | None:
        """Wait for the next record that is not settled; None once it is closed."""
        while not self.closed:
            while self._fetched:
                taken = self._fetched.popleft()
                parked = self._parked.get(taken.topic_partition)
                if parked is not None:
                    parked.append(taken)
                elif isinstance(taken, _Gone):
                    self._skip(taken)
                elif self.holds(taken) and self._begin(taken):
                    return taken
            self._arrived.clear()
            await self._arrived.wait()
        return None

    def give_back(self, taken: Taken) -> None:
        """Hand it out again, as the next one."""
        self._fetched.appendleft(taken)
        self._arrived.set()

    def park(self, taken: Taken, for_s: float) -> None:
        """Hand out nothing of its partition for a while, then it as the next one."""
        self._parked[taken.topic_partition] = deque([taken])
        loop = asyncio.get_running_loop()
        loop.call_later(for_s, self._unpark, taken.topic_partition)

    def _unpark(self, tp: TopicPartition) -> None:
        self._fetched.extendleft(reversed(self._parked.pop(tp, ())))
        self._arrived.set()

    def holds(self, taken: Taken | _Gone) -> bool:
        """Whether its partition is still assigned as it was."""
        return self._ledgers.get(taken.topic_partition) is taken.ledger

    def settle(self, taken: Taken) -> None:
        """Note that it is done with; again, or too late: ignored."""
        before = taken.ledger.unsettled
        taken.ledger.settle(taken.record.offset, _ONE)
        if self.holds(taken):
            self._unsettled -= before - taken.ledger.unsettled
        self._settled.set()

    def held(self) -> Collection[TopicPartition]:
        """The partitions that are assigned now."""
        return self._ledgers.keys()

    def commits(self) -> Mapping[TopicPartition, Commit]:
        """What is to be committed now, of partitions that drain as well."""
        ours = self._ledgers | self._leaving
        return {tp: c for tp, books in ours.items() if (c := books.commit())}

    def not_committed(self, partitions: Collection[TopicPartition]) -> None:
        """Say that a commit of these did not arrive."""
        for tp in partitions:
            books = self._ledgers.get(tp) or self._leaving.get(tp)
            if books is not None:
                books.not_committed()

    def close(self) -> None:
        """Hand out nothing more; whoever waits for a record hears of it."""
        self.closed = True
        self._arrived.set()
        self._settled.set()

    # --- what the source says

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Open the books of each partition where the group left them."""
        for tp, start in positions.items():
            self._ledgers[tp] = Ledger(start if start.offset >= 0 else None)

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Hand out nothing more of these; wait for what is in somebody's hands."""
        leaving = self._leaving = self._forget(partitions)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._drain_s):
                    await self._drained(leaving.values())
        finally:
            self._leaving = {}
        for books in leaving.values():
            books.not_committed()  # whatever was sent before may not have arrived
        return {tp: c for tp, books in leaving.items() if (c := books.commit())}

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Forget partitions that somebody else may own by now."""
        self._forget(partitions)

    def records(self, batch: Sequence[Record]) -> None:
        """Queue a batch."""
        for record in batch:
            ledger = self._ledgers.get(record.topic_partition)
            if ledger is not None:
                self._fetched.append(Taken(record, ledger))
        self._arrived.set()

    def expired(self, gone: Expired) -> None:
        """Queue in its place that records were deleted before they came."""
        ledger = self._ledgers.get(gone.topic_partition)
        if ledger is not None:
            self._fetched.append(_Gone(*gone, ledger))
            self._arrived.set()

    def has_room(self) -> bool:
        """Whether more may be fetched; asked from the source's thread."""
        parked = sum(
            max(0, len(each) - self._limit) for each in tuple(self._parked.values())
        )
        return len(self._fetched) + self._unsettled + parked < self._limit

    # --- steps

    def _skip(self, gone: _Gone) -> None:
        if self.holds(gone):
            count = sum(gone.ledger.expire(gone.start))
            gone.ledger.skip(gone.start)
            if count:
                self._on_expired(Expired(gone.topic_partition, gone.start), count)

    def _begin(self, taken: Taken) -> bool:
        """Enter a record into the books; False if it was settled before a restart."""
        offset, ledger = taken.record.offset, taken.ledger
        before = ledger.unsettled
        left = ledger.remaining(offset, (_ONE,))
        ledger.begin(offset, left)
        self._unsettled += ledger.unsettled - before
        return bool(left)

    def _forget(
        self, partitions: Collection[TopicPartition]
    ) -> dict[TopicPartition, Ledger]:
        gone = {tp: self._ledgers.pop(tp) for tp in partitions if tp in self._ledgers}
        self._unsettled -= sum(books.unsettled for books in gone.values())
        self._fetched = deque(filter(self.holds, self._fetched))
        return gone

    async def _drained(self, books: Collection[Ledger]) -> None:
        while not self.closed and any(each.unsettled for each in books):
            self._settled.clear()
            await self._settled.wait()
