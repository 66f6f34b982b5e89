"""A Kafka and a registry for Producer and Consumer, and topics of a test's own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from bus import Consumer, Event, Producer, Received
from bus.adapters.kafka import Connection, KafkaGroups, KafkaLogReader, KafkaTopics
from bus.record import Record
from bus.samples.lifecycles import sample
from bus.topics.topic import TopicState
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.registry import memory_broker, registry_in_memory

STARTED = datetime(2026, 11, 23, 12, tzinfo=UTC)
_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Library:
    """Makes clients that share topics named after one test."""

    name: str
    bootstrap_servers: str
    registry_url: str

    @property
    def topic(self) -> str:
        """The source topic of order events."""
        return f"{self.name}.order"

    def producer(self, **options: str) -> Producer:
        """A producer to these topics."""
        return Producer(
            self.bootstrap_servers,
            self.registry_url,
            topic_prefix=f"{self.name}.",
            source=options.get("source"),
        )

    def consumer(
        self,
        *,
        types: tuple[str, ...] = ("*",),
        max_unsettled: int = 1_000,
        kafka: Mapping[str, str] | None = None,
    ) -> Consumer:
        """A consumer of these topics, of one group."""
        return Consumer(
            self.bootstrap_servers,
            self.registry_url,
            group=f"{self.name}.group",
            topics=[self.topic],
            types=types,
            max_unsettled=max_unsettled,
            kafka=kafka,
        )

    def connection(self) -> Connection:
        """To the broker."""
        return Connection({"bootstrap.servers": self.bootstrap_servers})

    async def records(self, topic: str) -> list[Record]:
        """All records of a topic."""
        reader = KafkaLogReader(self.connection())
        return [r async for batch in reader.read(topic) for r in batch]

    async def lag(self) -> int:
        """How many records the group has yet to commit."""
        groups = KafkaGroups(self.connection())
        lag = await groups.lag(f"{self.name}.group", [self.topic])
        return sum(each.pending for each in lag.values())


@asynccontextmanager
async def library(
    kafka: KafkaUnderTest, *, partitions: int = 3
) -> AsyncIterator[Library]:
    """Topics, and a registry."""
    async with registry_in_memory(memory_broker()) as registry:
        name = f"lib-{uuid4().hex[:8]}"
        made = Library(name, kafka.bootstrap_servers, registry.url)
        topics = KafkaTopics(made.connection())
        await topics.create([TopicState(made.topic, partitions, 1)])
        yield made


def events(count: int, event_type: str = "order.created") -> list[Event]:
    """Events of as many orders."""
    return [sample(event_type, seed, STARTED) for seed in range(count)]


async def take(consumer: Consumer, count: int) -> list[Received]:
    """The next events of a consumer; fails if they do not come."""
    taken: list[Received] = []
    async with asyncio.timeout(patience(_WITHIN_S)):
        while len(taken) < count:
            taken.append(await anext(consumer))
    return taken


async def produce(lib: Library, count: int) -> list[str]:
    """Write so many events; return their ids."""
    made = events(count)
    async with lib.producer() as producer:
        await asyncio.gather(*(producer.send_event(event) for event in made))
    return [event.id for event in made]
