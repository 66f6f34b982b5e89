"""The two worlds that every contract holds in: Kafka, and the memory."""

import asyncio
from collections.abc import (
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol
from uuid import uuid4

from bus.adapters.kafka import (
    Connection,
    KafkaGroups,
    KafkaLogReader,
    KafkaPublisher,
    KafkaSource,
    KafkaTopics,
)
from bus.adapters.memory import (
    MemoryBroker,
    MemoryClock,
    MemoryGroups,
    MemoryLogReader,
    MemoryPublisher,
    MemorySource,
    MemoryTopics,
)
from bus.ports import Groups, LogReader, Publisher, Source, Topics
from bus.record import Commit, Message, Record, TopicPartition, Written
from bus.topics.topic import TopicState
from tests.support.foreign import ForeignHeader, write_foreign
from tests.support.pace import patience

DEADLINE_S = 20


@dataclass
class Recorder:
    """A listener that remembers, and commits what it has seen when asked to drain."""

    got: list[Record] = field(default_factory=list)
    positions: dict[TopicPartition, Commit] = field(default_factory=dict)
    owned: set[TopicPartition] = field(default_factory=set)
    given: list[TopicPartition] = field(default_factory=list)
    missed: list[TopicPartition] = field(default_factory=list)
    assignments: int = 0
    early: list[Record] = field(default_factory=list)
    on_assigned: Callable[[Mapping[TopicPartition, Commit]], None] = lambda _: None
    drain: asyncio.Event = field(default_factory=asyncio.Event)
    draining: bool = False
    room: bool = True
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Drain at once unless told otherwise."""
        self.drain.set()

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Remember; let the loop turn, so that an early record would show."""
        self.assignments += bool(positions)
        self.positions.update(positions)
        self.on_assigned(positions)
        turned = asyncio.Event()
        asyncio.get_running_loop().call_soon(turned.set)
        await turned.wait()
        self.owned.update(positions)
        self._changed.set()

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Wait for `drain`, then give what was seen."""
        self.draining = True
        self._changed.set()
        await self.drain.wait()
        self._go(partitions)
        self.given.extend(partitions)
        return {tp: c for tp, c in self.seen().items() if tp in partitions}

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Remember."""
        self._go(partitions)
        self.missed.extend(partitions)

    def records(self, batch: Sequence[Record]) -> None:
        """Remember, and what came without an assignment too."""
        self.early.extend(r for r in batch if r.topic_partition not in self.owned)
        self.got.extend(batch)
        self._changed.set()

    def has_room(self) -> bool:
        """As the test says."""
        return self.room

    def seen(self) -> dict[TopicPartition, Commit]:
        """What may be committed: all that came, as if settled at once."""
        return {
            r.topic_partition: Commit(r.offset + 1, f"after {r.offset}")
            for r in self.got
        }

    def values(self) -> list[bytes | None]:
        """The values that came."""
        return [r.value for r in self.got]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds; fail after the deadline."""
        async with asyncio.timeout(patience(DEADLINE_S)):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def until_values(self, number: int) -> None:
        """Wait for that many records."""
        await self.until(lambda: len(self.got) >= number)

    async def until_owned(self, number: int) -> None:
        """Wait until that many partitions are owned."""
        await self.until(lambda: len(self.owned) == number)

    def _go(self, partitions: Collection[TopicPartition]) -> None:
        self.owned.difference_update(partitions)
        self._changed.set()


class World(Protocol):
    """Makes everything that a contract speaks of."""

    @property
    def publisher(self) -> Publisher:
        """Writes."""
        ...

    @property
    def reader(self) -> LogReader:
        """Reads."""
        ...

    @property
    def topics(self) -> Topics:
        """Makes topics."""
        ...

    @property
    def groups(self) -> Groups:
        """Looks at groups."""
        ...

    def source(self, group: str, *, start: str = "earliest") -> Source:
        """Make a source that has not joined yet."""
        ...

    async def expel(self, source: Source) -> None:
        """Have the group give up a source that drains for too long."""
        ...

    async def pass_time(self) -> None:
        """Let the next record be younger."""
        ...

    async def write_header(self, topic: str, name: bytes, value: bytes) -> None:
        """Write a record into partition 0, with a header of any name."""
        ...


class MemoryWorld:
    """The world in memory."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.broker = MemoryBroker(self.clock)
        self.publisher = MemoryPublisher(self.broker)
        self.reader = MemoryLogReader(self.broker)
        self.topics = MemoryTopics(self.broker)
        self.groups = MemoryGroups(self.broker)

    def source(self, group: str, *, start: str = "earliest") -> MemorySource:
        """Make a source that has not joined yet."""
        return MemorySource(
            self.broker, group, start="latest" if start == "latest" else "earliest"
        )

    async def expel(self, source: Source) -> None:
        """Expel it now."""
        assert isinstance(source, MemorySource)
        source.expire()

    async def pass_time(self) -> None:
        """Move the clock."""
        await self.clock.advance(0.005)

    async def write_header(self, topic: str, name: bytes, value: bytes) -> None:
        """Write it as the memory stands for it."""
        headers = ((name.decode(errors="surrogateescape"), b"h"),)
        self.broker.append(Message(topic, b"k", value, headers, partition=0))

    async def close(self) -> None:
        """Nothing is held."""


class KafkaWorld:
    """A real broker. A member may drain for 3 s, then it is expelled."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.connection = Connection({"bootstrap.servers": bootstrap_servers})
        self.publisher = KafkaPublisher(self.connection, linger_ms=1)
        self.reader = KafkaLogReader(self.connection)
        self.topics = KafkaTopics(self.connection)
        self.groups = KafkaGroups(self.connection)
        self._members = Connection(
            {"bootstrap.servers": bootstrap_servers, "max.poll.interval.ms": "3000"}
        )

    def source(self, group: str, *, start: str = "earliest") -> KafkaSource:
        """Make a source that has not joined yet."""
        return KafkaSource(
            self._members, group, start="latest" if start == "latest" else "earliest"
        )

    async def expel(self, source: Source) -> None:
        """It happens by itself after `max.poll.interval.ms`."""

    async def pass_time(self) -> None:
        """An acknowledgement takes longer than a millisecond."""

    async def write_header(self, topic: str, name: bytes, value: bytes) -> None:
        """Write it as a client for C does."""
        header = ForeignHeader(name, b"h")
        await asyncio.to_thread(
            write_foreign,
            self.connection.bootstrap_servers,
            topic,
            [header],
            value,
        )

    async def close(self) -> None:
        """Close the producer."""
        await self.publisher.close()


class Scene:
    """A world with a topic of its own, where sources are stopped in the end."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.name = f"test-{uuid4().hex[:12]}"
        self._count = count()
        self._stack = AsyncExitStack()

    async def topic(self, partitions: int = 1) -> str:
        """Make a topic of this scene's own."""
        name = f"{self.name}.{next(self._count)}"
        await self.world.topics.create([TopicState(name, partitions, 1)])
        return name

    async def write(
        self, topic: str, *values: bytes, key: bytes | None = None, partition: int = -1
    ) -> list[Written]:
        """Write values one after the other, each younger than the one before."""
        written = []
        at = None if partition < 0 else partition
        for value in values:
            await self.world.pass_time()
            message = Message(topic, key, value, partition=at)
            written.append(await self.world.publisher.publish(message))
        return written

    async def join(
        self, topics: Collection[str], *, start: str = "earliest", group: str = ""
    ) -> tuple[Source, Recorder]:
        """Join this scene's group; the source is stopped when the scene ends."""
        source = self.world.source(group or self.name, start=start)
        recorder = Recorder()
        await source.start(topics, recorder)
        self._stack.push_async_callback(source.stop)
        return source, recorder

    async def read(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        key: bytes | None = None,
        start: Mapping[int, int] | None = None,
    ) -> list[Record]:
        """Read a topic to its end."""
        batches = self.world.reader.read(
            topic, since_ms=since_ms, until_ms=until_ms, key=key, start=start
        )
        async with asyncio.timeout(patience(DEADLINE_S)):
            return [record async for batch in batches for record in batch]

    async def close(self) -> None:
        """Stop the sources."""
        await self._stack.aclose()
