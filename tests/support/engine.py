"""The programs on a broker in memory, with partners that answer as scripted."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from bus.adapters.memory import (
    MemoryBroker,
    MemoryClock,
    MemoryObserver,
    MemoryPublisher,
    MemorySender,
    MemorySource,
    settle,
)
from bus.client.schemas import load_catalogue
from bus.contracts.codec import encode
from bus.delivery.delivery import Attempt
from bus.delivery.headers import HopState, event_headers, read_state
from bus.delivery.subscription import Secret, Subscription, parse_subscription
from bus.event import Event
from bus.ports import Source
from bus.record import Message, Record, TopicPartition
from bus.samples.lifecycles import sample
from processors.delivery.engine import ROLES, Engine, EngineParts, EnginePolicy
from processors.sinks import Sinks
from tests.support.schemas import HeldSchemas
from tests.support.worlds import topology

_SECRET = "whsec_" + "QUJD" * 8


class MemoryBus:
    """A broker, a clock, partners; and engines that come and go."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.broker = MemoryBroker(self.clock)
        self.sender = MemorySender(self.clock)
        self.observer = MemoryObserver()
        self.topology = topology()
        self.schemas = HeldSchemas()
        self.catalogue = load_catalogue()
        self.acked: set[tuple[str, str]] = set()
        self.attempts: list[Attempt] = []
        self.disabled: list[str] = []
        self.subscriptions: dict[str, Subscription] = {}
        self.sinks: Sinks | None = None
        for topic in self.topology.fixed():
            self.broker.create(topic)

    def contains(self, subscription: str, event_id: str) -> bool:
        """Fulfils `processors.delivery.deliver.Acks`."""
        return (subscription, event_id) in self.acked

    # --- partners and events

    def subscribe(self, subscription_id: str, **fields: object) -> Subscription:
        """Add a subscription to `https://<id>.example/`."""
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        made = parse_subscription(
            {
                "id": subscription_id,
                "url": url(subscription_id),
                "types": ["*"],
                "secrets": [Secret(id="s1", value=_SECRET, created_at=now)],
                **fields,
            }
        )
        for topic in self.topology.topics_of(made):
            self.broker.create(topic)
        self.subscriptions[subscription_id] = made
        return made

    async def produce(  # noqa: PLR0913 - what a test may choose
        self,
        order: str = "SO-1",
        number: int = 0,
        *,
        created_ms: int | None = None,
        padding: int = 0,
        key: bytes | str | None = "order",
        partition: int | None = None,
        happened_s: float | None = None,
    ) -> Event:
        """Write an event of an order, with a time of the producer's if given.

        `happened_s` is the event's own time, else it is now. `key` is its Kafka key, a
        text where that is the order's id; `padding` so many bytes more, in a header.
        """
        now = datetime.fromtimestamp(happened_s or self.clock.now(), UTC)
        event = sample("order.updated", hash((order, number)), now)
        data = {**event.data, "order_id": order}
        event = replace(event, subject=order, data=data)
        schema = self.catalogue.schema(event.type)
        id_ = await self.schemas.register(event.type, schema.text)
        self.broker.append(
            Message(
                self.catalogue.topic(event.type),
                order.encode() if isinstance(key, str) else key,
                encode(schema, id_, event.data),
                (*event_headers(event), *[("padding", bytes(padding))][:padding]),
                partition,
            ),
            created_ms,
        )
        return event

    # --- what stands where

    def records(self, topic: str) -> Sequence[Record]:
        """All records of a topic."""
        found: list[Record] = []
        for tp in self.broker.partitions([topic]):
            found += self.broker.log(tp).read(0, 100_000)
        return found

    def dead_letters(self, subscription: str) -> Sequence[HopState]:
        """What a subscription's dead letters say."""
        found = self.records(self.topology.dlq_topic(subscription))
        return [read_state(record) for record in found]

    def hops(self, subscription: str, tier: str) -> Sequence[HopState]:
        """What a tier's records say."""
        found = self.records(self.topology.retry_topic(subscription, tier))
        return [read_state(record) for record in found]

    def ids(self, subscription: str) -> list[str]:
        """Ids of the events posted to a partner, in order."""
        posts = self.sender.posts(url(subscription))
        return [dict(post.headers)["webhook-id"] for post in posts]

    def committed(self, role: str, tp: TopicPartition) -> int:
        """Where a group stands; -1 if nowhere."""
        position = self.broker.group(role).positions.get(tp)
        return position.offset if position else -1

    # --- engines

    def engine(self, policy: EnginePolicy | None = None) -> Engine:
        """An engine, not started."""
        parts = EngineParts(
            sender=self.sender,
            publisher=MemoryPublisher(self.broker),
            schemas=self.schemas,
            topology=self.topology,
            acks=self,
            clock=self.clock,
            observer=self.observer,
            source=self._source,
            log_attempt=self.attempts.append,
            disable=lambda name, _why: self.disabled.append(name),
            group_prefix="",
            sinks=self.sinks,
        )
        return Engine(parts, policy or EnginePolicy(), ROLES)

    def _source(self, role: str) -> Source:
        return MemorySource(self.broker, role)

    @asynccontextmanager
    async def running(
        self, policy: EnginePolicy | None = None
    ) -> AsyncIterator[Engine]:
        """Run an engine, drained in the end."""
        engine = self.engine(policy)
        for subscription in self.subscriptions.values():
            engine.changed(None, subscription)
        await engine.start()
        await settle()
        try:
            yield engine
        finally:
            stops = (program.loop.stop() for program in engine.programs)
            stopping = asyncio.gather(*stops)
            while not stopping.done():
                await self.clock.advance(0.5)
            await stopping
            engine.subscribers.stop()


def url(subscription_id: str) -> str:
    """Where a subscription's webhooks go."""
    return f"https://{subscription_id}.example/"
