"""A loop on a broker in memory, with a handler that tests settle for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bus.adapters.memory import (
    MemoryBroker,
    MemoryClock,
    MemoryObserver,
    MemorySource,
    settle,
)
from bus.record import Commit, Message, Record, TopicPartition
from bus.topics.topic import TopicState
from processors.delivery.handling import LoopPolicy
from processors.delivery.loop import Loop
from processors.delivery.partition import Partition

GROUP = "g"
TP = TopicPartition("t", 0)


@dataclass
class Desk:
    """A handler that keeps what it is given until a test settles it."""

    got: list[tuple[Partition, int]] = field(default_factory=list)
    closed_partitions: list[Partition] = field(default_factory=list)
    crowds: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    shut: dict[int, asyncio.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let batches through at first."""
        self.gate.set()

    def prepare(self, batch: Sequence[Record]) -> bool:
        """Whether the gate is open, and nothing is refused."""
        return all(map(self.ready, batch))

    def ready(self, record: Record) -> bool:
        """Whether the gate is open for this record."""
        return self.gate.is_set() and record.offset not in self.shut

    async def fetch(self, record: Record) -> None:
        """Wait for the gate."""
        await self.gate.wait()
        if record.offset in self.shut:
            await self.shut[record.offset].wait()
            del self.shut[record.offset]

    def handle(self, partition: Partition, record: Record) -> None:
        """Begin two deliveries of each record, as far as they are to be made."""
        partition.begin(
            record.offset, partition.ledger.remaining(record.offset, ("a", "b"))
        )
        self.got.append((partition, record.offset))

    def opened(self, partition: Partition) -> None:
        """Nothing."""

    def closed(self, partition: Partition) -> None:
        """Remember it."""
        self.closed_partitions.append(partition)

    def crowded(self) -> None:
        """Count."""
        self.crowds += 1

    def settle(self, *offsets: int) -> None:
        """Settle both deliveries of records, in the newest partition."""
        for offset in offsets:
            for delivery in ("a", "b"):
                self.got[-1][0].settle(offset, delivery)

    @property
    def offsets(self) -> list[int]:
        """The offsets of all records given."""
        return [offset for _, offset in self.got]


class World:
    """A broker with one topic of one partition, and loops on it."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.broker = MemoryBroker(self.clock)
        self.broker.create(TopicState("t", 1, 1, {}))
        self.observer = MemoryObserver()
        self.desk = Desk()

    def write(self, count: int) -> None:
        """Write records."""
        for _ in range(count):
            self.broker.append(Message("t", b"k", b"v"))

    def stand_at(self, offset: int) -> None:
        """Have the group stand somewhere."""
        self.broker.commit(GROUP, {TP: Commit(offset)})

    @property
    def committed(self) -> int:
        """Where the group stands; -1 if nowhere."""
        position = self.broker.group(GROUP).positions.get(TP)
        return position.offset if position else -1

    @asynccontextmanager
    async def running(
        self,
        policy: LoopPolicy | None = None,
        desk: Desk | None = None,
        source: Callable[[MemoryBroker, str], MemorySource] = MemorySource,
    ) -> AsyncIterator[Loop]:
        """Run a loop, drained in the end."""
        loop = Loop(
            source(self.broker, GROUP),
            desk or self.desk,
            clock=self.clock,
            observer=self.observer,
            policy=policy,
            group=GROUP,
        )
        await loop.start(["t"])
        await settle()
        try:
            yield loop
        finally:
            stopping = asyncio.create_task(loop.stop())
            while not stopping.done():
                await self.clock.advance(0.5)
            await stopping

    def noted(self, name: str) -> int:
        """How often a line was written."""
        return sum(1 for noted, _ in self.observer.notes if noted == name)
