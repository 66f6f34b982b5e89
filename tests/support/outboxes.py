"""An outbox in memory, relays on it and a broker, all of which fail as told."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count

from bus.adapters.memory import (
    Fault,
    MemoryBroker,
    MemoryClock,
    MemoryObserver,
    MemoryOutbox,
    MemoryPublisher,
    MemoryTable,
    settle,
)
from bus.client.producer import EventWriter
from bus.contracts.catalogue import Catalogue
from bus.errors import RegistryUnavailableError
from bus.outbox.rows import Entry
from bus.ports import SchemaText
from bus.record import Message, SchemaRef
from bus.topics.topic import TopicState
from processors.outbox.relay import Relay, RelayParts, RelayPolicy

MOST_BYTES = 2_000
_FIELDS = [
    {"name": "order_id", "type": "string"},
    {
        "name": "occurred_at",
        "type": {"type": "long", "logicalType": "timestamp-micros"},
    },
    {"name": "note", "type": "string", "default": ""},
]


def _schema(event_type: str) -> tuple[str, str]:
    family, name = event_type.split(".")
    record = {
        "type": "record",
        "name": name.title(),
        "namespace": f"test.{family}",
        "event_type": event_type,
        "fields": _FIELDS,
    }
    return f"{family}/{name.title()}.avsc", json.dumps(record)


CATALOGUE = Catalogue.of([_schema("order.made"), _schema("payment.taken")])


class Registry:
    """Numbers schemas while it answers; fulfils what a writer asks of `Schemas`."""

    def __init__(self) -> None:
        self.answering = True
        self._ids = count(1)

    async def register(self, subject: str, text: str) -> int:
        """A new number."""
        if not self.answering:
            raise RegistryUnavailableError(f"away: {subject} {len(text)}")
        return next(self._ids)

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """Nobody asks."""
        raise AssertionError(ref)

    async def by_type(self, topic: str, event_type: str) -> Sequence[SchemaText]:
        """Nobody asks."""
        raise AssertionError((topic, event_type))

    async def answers(self, besides: SchemaRef) -> bool:
        """Nobody asks."""
        raise AssertionError(besides)


class Running:
    """A relay that runs, and its side of the outbox."""

    def __init__(self, world: "OutboxWorld", policy: RelayPolicy) -> None:
        self.store = MemoryOutbox(world.table, waits=policy.waits)
        self.observer = MemoryObserver()
        writer = EventWriter(world.publisher, world.registry, CATALOGUE)
        parts = RelayParts(
            store=self.store,
            writer=writer,
            clock=world.clock,
            observer=self.observer,
        )
        self.relay = Relay(parts, policy)
        self.task = asyncio.create_task(self.relay.run())

    def notes(self, name: str) -> list[dict[str, object]]:
        """What it told under a name."""
        return [fields for told, fields in self.observer.notes if told == name]

    async def kill(self) -> None:
        """End it without a word; the database notices."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        await self.relay._lanes.cancel()  # noqa: SLF001 - a crash knows no manners
        await self.store.close()

    async def stop(self) -> None:
        """Ask it to, and wait."""
        self.relay.stop()
        await self.task
        await self.relay.drain()
        await self.store.close()


class OutboxWorld:
    """A table, a broker with two topics, and relays.

    `faults` befall the next writes, `written` is what came to Kafka: order and event.
    """

    def __init__(self, policy: RelayPolicy | None = None) -> None:
        self.policy = policy or RelayPolicy()
        self.clock = MemoryClock()
        self.broker = MemoryBroker(self.clock)
        self.registry = Registry()
        self.publisher = MemoryPublisher(self.broker)
        self.table = MemoryTable(self.now)
        self.relays: list[Running] = []
        self.written: list[tuple[str, str]] = []
        self.faults: list[Fault | None] = []
        self.broker.faults = self._fault
        for topic in CATALOGUE.topics:
            self.make(topic)

    def now(self) -> datetime:
        """The clock's time."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def make(self, topic: str) -> None:
        """A topic of three partitions that takes small events."""
        config = {"max.message.bytes": str(MOST_BYTES)}
        self.broker.create(TopicState(topic, 3, 1, config))

    def entry(
        self,
        order_id: str,
        event_id: str,
        event_type: str = "order.made",
        note: str = "",
    ) -> Entry:
        """An event of an order; `note` makes it large."""
        data = {
            "order_id": order_id,
            "occurred_at": "2026-11-23T12:00:00Z",
            "note": note,
        }
        return Entry(event_id, event_type, "/oms", order_id, json.dumps(data), None)

    def add(self, order_id: str, event_id: str, event_type: str = "order.made") -> int:
        """Commit an event; return its number."""
        return self.table.add(self.entry(order_id, event_id, event_type))

    def poison(self, order_id: str, event_id: str) -> int:
        """Commit what no schema takes."""
        entry = self.entry(order_id, event_id)._replace(data='{"order_id": 7}')
        return self.table.add(entry)

    def run(self) -> Running:
        """Start a relay."""
        self.relays.append(Running(self, self.policy))
        return self.relays[-1]

    async def go_on(self, seconds: float = 30.0) -> None:
        """Let time pass, and all that happens in it."""
        await settle()
        await self.clock.advance(seconds)
        await settle()

    def ids(self, order_id: str | None = None) -> list[str]:
        """The ids of the events in Kafka, as they came there, of one order or all."""
        return [
            event_id
            for key, event_id in self.written
            if order_id is None or key == order_id
        ]

    def _fault(self, message: Message) -> Fault | None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not Fault.REFUSE:
            event_id = dict(message.headers)["ce_id"].decode()
            self.written.append(((message.key or b"").decode(), event_id))
        return fault

    async def close(self) -> None:
        """End all relays."""
        self.broker.up()
        for running in self.relays:
            if not running.task.done():
                await running.kill()
        await self.publisher.close()
