"""The two worlds that every contract holds in: Kafka, and the memory."""

import asyncio
from collections.abc import (
    Collection,
    Mapping,
)
from contextlib import AsyncExitStack
from itertools import count
from typing import Literal, Protocol
from uuid import uuid4

from confluent_kafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import AdminClient

from bus.adapters.kafka import (
    Connection,
    KafkaGroups,
    KafkaLogReader,
    KafkaPublisher,
    KafkaSource,
    KafkaTopics,
)
from bus.adapters.kafka.config import Protocol as Protocols
from bus.adapters.memory import (
    MemoryBroker,
    MemoryClock,
    MemoryGroups,
    MemoryLogReader,
    MemoryPublisher,
    MemorySource,
    MemoryTopics,
)
from bus.ports import Groups, LogReader, Publisher, Source, Stands, Topics
from bus.record import Message, Record, TopicPartition, Written
from bus.topics.topic import TopicState
from tests.contract.recorder import DEADLINE_S, Recorder
from tests.support.foreign import ForeignHeader, write_foreign
from tests.support.pace import patience


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

    def source(
        self, group: str, *, start: str = "earliest", stands: Stands | None = None
    ) -> Source:
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

    @property
    def told(self) -> list[tuple[str, Mapping[str, object]]]:
        """What the reader told of its troubles."""
        ...

    async def expire(self, topic: str, before: int) -> None:
        """Delete what lies before an offset of partition 0, as retention does."""
        ...


class MemoryWorld:
    """The world in memory."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.broker = MemoryBroker(self.clock)
        self.publisher = MemoryPublisher(self.broker)
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.reader = MemoryLogReader(
            self.broker, lambda *event: self.told.append(event)
        )
        self.topics = MemoryTopics(self.broker)
        self.groups = MemoryGroups(self.broker)

    def source(
        self, group: str, *, start: str = "earliest", stands: Stands | None = None
    ) -> MemorySource:
        """Make a source that has not joined yet."""
        return MemorySource(
            self.broker,
            group,
            start="latest" if start == "latest" else "earliest",
            stands=stands,
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

    async def expire(self, topic: str, before: int) -> None:
        """Do so."""
        self.broker.expire(TopicPartition(topic, 0), before)

    async def close(self) -> None:
        """Nothing is held."""


class KafkaWorld:
    """A real broker. A member may drain for 3 s, then it is expelled."""

    def __init__(
        self, bootstrap_servers: str, protocol: Literal["auto"] | Protocols = "auto"
    ) -> None:
        self._protocol = protocol
        self.connection = Connection({"bootstrap.servers": bootstrap_servers})
        self.publisher = KafkaPublisher(self.connection, linger_ms=1)
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.reader = KafkaLogReader(
            self.connection, on_event=lambda *event: self.told.append(event)
        )
        self.topics = KafkaTopics(self.connection)
        self.groups = KafkaGroups(self.connection, fresh_s=0)
        # At least a session, which the classic protocol's members bring along.
        drain_ms = "6000" if protocol == "classic" else "3000"
        self._members = Connection(
            {"bootstrap.servers": bootstrap_servers, "max.poll.interval.ms": drain_ms}
        )

    def source(
        self, group: str, *, start: str = "earliest", stands: Stands | None = None
    ) -> KafkaSource:
        """Make a source that has not joined yet."""
        return KafkaSource(
            self._members,
            group,
            start="latest" if start == "latest" else "earliest",
            stands=stands,
            protocol=self._protocol,
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

    async def expire(self, topic: str, before: int) -> None:
        """Do so at once; nobody waits for a segment to be old."""
        admin = AdminClient(self.connection.admin())  # type: ignore[arg-type]
        asked = admin.delete_records([KafkaPartition(topic, 0, before)])
        for deleted in asked.values():
            await asyncio.to_thread(deleted.result, DEADLINE_S)

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

    async def topic(
        self, partitions: int = 1, config: Mapping[str, str] | None = None
    ) -> str:
        """Make a topic of this scene's own."""
        name = f"{self.name}.{next(self._count)}"
        await self.world.topics.create([TopicState(name, partitions, 1, config or {})])
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
        self,
        topics: Collection[str],
        *,
        start: str = "earliest",
        group: str = "",
        stands: Stands | None = None,
    ) -> tuple[Source, Recorder]:
        """Join this scene's group; the source is stopped when the scene ends."""
        source = self.world.source(group or self.name, start=start, stands=stands)
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
        stop: Mapping[int, int] | None = None,
    ) -> list[Record]:
        """Read a topic to its end."""
        batches = self.world.reader.read(
            topic,
            since_ms=since_ms,
            until_ms=until_ms,
            key=key,
            start=start,
            stop=stop,
        )
        async with asyncio.timeout(patience(DEADLINE_S)):
            return [record async for batch in batches for record in batch]

    async def close(self) -> None:
        """Stop the sources."""
        await self._stack.aclose()
