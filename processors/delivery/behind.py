"""The partitions of a loop whose next record cannot be handled yet.

What comes after that record waits behind it, so that the order is kept; all other
partitions, commits, rebalances and the stop go on.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Protocol

from bus.record import Expired, Record, TopicPartition
from processors.delivery.handling import STRIDE
from processors.delivery.partition import Partition


class Readying(Protocol):
    """Who knows whether a record can be handled, and how to get there."""

    def ready(self, record: Record) -> bool:
        """Whether this record can be handled now."""
        ...

    async def fetch(self, record: Record) -> None:
        """Make a record ready, however long that takes."""
        ...


class Flow(Protocol):
    """What the loop does with a record whose turn has come."""

    def hand_over(self, partition: Partition, record: Record) -> int:
        """Give it to the handler; return how much work it was."""
        ...

    def go_on(self, partition: Partition, gone: Expired) -> None:
        """Tell of what Kafka deleted, and go on behind it."""
        ...

    def caught_up(self, partition: Partition) -> None:
        """Nothing of the partition waits any more."""
        ...

    def unforeseen(self, record: Record, error: Exception) -> None:
        """Say that a bug showed while a record was to be made ready."""
        ...


class Behind:
    """Holds the records that wait, and a task a partition that lets them go on.

    `breathe` is awaited between strides of records; `on_failure` is called
    when a bug has ended a task, and `check` then raises it.
    """

    def __init__(
        self,
        handler: Readying,
        flow: Flow,
        breathe: Callable[[], Awaitable[None]],
        on_failure: Callable[[], object],
    ) -> None:
        self._handler = handler
        self._flow = flow
        self._breathe = breathe
        self._on_failure = on_failure
        self._records: dict[Partition, deque[Record | Expired]] = {}
        self._tasks: dict[Partition, asyncio.Task[None]] = {}
        self._failure: BaseException | None = None

    def __bool__(self) -> bool:
        """Whether any partition waits."""
        return bool(self._records)

    def __contains__(self, partition: object) -> bool:
        """Whether this partition waits."""
        return partition in self._records

    def heads(self) -> Mapping[TopicPartition, Record]:
        """The record that each waiting partition waits for."""
        return {
            partition.tp: records[0]
            for partition, records in self._records.items()
            if records and isinstance(records[0], Record)
        }

    def held(self, partition: Partition) -> Iterator[Record]:
        """What waits of a partition, in order."""
        for record in self._records.get(partition, ()):
            if isinstance(record, Record):
                yield record

    def holds(self, partition: Partition, record: Record) -> int:
        """Let a record wait if it has to; return how many of its partition do."""
        records = self._records.get(partition)
        if records is not None:
            records.append(record)
            return len(records)
        if self._ready(record):
            return 0
        self._records[partition] = records = deque([record])
        task = asyncio.create_task(self._go_on(partition, records))
        self._tasks[partition] = task
        task.add_done_callback(lambda done: self._ended(partition, done))
        return 1

    def then(self, partition: Partition, gone: Expired) -> None:
        """Let what Kafka deleted take its turn in a partition that waits."""
        self._records[partition].append(gone)

    def leave(self, partition: Partition) -> None:
        """Forget what waits of a partition: somebody else will read it."""
        self._records.pop(partition, None)
        if task := self._tasks.get(partition):
            task.cancel()

    async def stop(self) -> None:
        """Let all partitions go."""
        for partition in list(self._records):
            self.leave(partition)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def check(self) -> None:
        """Raise what has ended a task: a bug, if it ever happens."""
        if self._failure is not None:
            raise self._failure

    # ------------------------------------------------ steps

    async def _go_on(
        self, partition: Partition, records: deque[Record | Expired]
    ) -> None:
        begun = 0
        while records:
            head = records[0]
            if isinstance(head, Expired):
                self._flow.go_on(partition, head)
                records.popleft()
                continue
            if not await self._made_ready(head):
                continue
            records.popleft()
            begun += self._flow.hand_over(partition, head)
            if begun >= STRIDE:
                begun = 0
                await self._breathe()
        del self._records[partition]
        self._flow.caught_up(partition)

    def _ready(self, record: Record) -> bool:
        """As the handler says; a record that brings out a bug has its turn, too."""
        try:
            return self._handler.ready(record)
        except Exception as error:  # noqa: BLE001 - a bug; other records have not met it
            self._flow.unforeseen(record, error)
            return True

    async def _made_ready(self, record: Record) -> bool:
        """Whether it is ready, or never will be: `handle` then says what it is."""
        if self._ready(record):
            return True
        try:
            await self._handler.fetch(record)
        except Exception as error:  # noqa: BLE001 - as above
            self._flow.unforeseen(record, error)
            return True
        return False

    def _ended(self, partition: Partition, task: asyncio.Task[None]) -> None:
        if self._tasks.get(partition) is task:
            del self._tasks[partition]
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
            self._on_failure()
