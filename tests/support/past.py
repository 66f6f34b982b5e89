"""What has happened before a test begins: events, attempts, dead letters."""

from datetime import UTC, datetime
from pathlib import Path

from bus.adapters.memory import MemoryObserver
from bus.client.producer import EventWriter
from bus.client.schemas import default_folder, load_catalogue
from bus.contracts.codec import parse_schema
from bus.delivery.delivery import Attempt, Delivery, Origin, Reason
from bus.delivery.headers import hop_headers
from bus.delivery.subscription import Subscription
from bus.event import Event
from bus.record import Message, Record, Written
from bus.samples.lifecycles import lifecycle
from processors.delivery.attempt_log import AttemptLog
from processors.subscriptions.document import draft
from processors.subscriptions.onboarding import add
from processors.subscriptions.world import World


class Past:
    """Writes it into a world; times are the world's clock's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._events = EventWriter(world.publisher, world.schemas, load_catalogue())
        text = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
        self._attempts = AttemptLog(
            world.publisher, world.topology.attempts, parse_schema(text)
        )

    async def subscribe(self, name: str = "acme", **fields: object) -> Subscription:
        """Add a subscription to all order events."""
        least = {"id": name, "url": f"https://{name}.example/in", "types": ["order.*"]}
        taken = await add(self.world, draft(least | fields, Path()))
        return taken.subscription

    async def produce(self, event: Event) -> Record:
        """Write an event to its source topic; return its record."""
        written = await self._events.write(event)
        found = [
            r
            for r in await self.records(written.topic)
            if _place(r) == written._replace(event_id=None)
        ]
        return found[0]

    async def order(self, seed: int = 1) -> list[tuple[Event, Record]]:
        """Produce the life of one order."""
        started = datetime.fromtimestamp(self.world.clock.now(), UTC)
        return [(e, await self.produce(e)) for e in lifecycle(seed, started, 0)]

    async def die(
        self,
        name: str,
        event: Event,
        record: Record,
        *,
        reason: Reason = Reason.EXHAUSTED,
        replay: int = 0,
    ) -> Written:
        """Write a dead letter."""
        origin = Origin(
            record.topic, record.partition, record.offset, record.timestamp_ms
        )
        headers = hop_headers(
            Delivery(name, event, record, origin, replay=replay),
            attempts=4,
            tier="30s",
            reason=reason,
            detail="503 oops",
            at_ms=self.now_ms,
        )
        topic = self.world.topology.dlq_topic(name)
        return await self.world.publisher.publish(
            Message(topic, record.key, record.value, headers)
        )

    async def attempt(  # noqa: PLR0913 - what an attempt has
        self,
        name: str,
        event: Event,
        outcome: str,
        route: str,
        *,
        number: int = 1,
        detail: str = "",
        replay: int = 0,
        record: Record | None = None,
    ) -> None:
        """Write one attempt, over now."""
        await self._attempts.open(
            self.world.schemas, self.world.clock, MemoryObserver()
        )
        at = record or Record("oms.order", 0, 0, 0, b"", b"")
        attempt = Attempt(
            event_id=event.id,
            event_type=event.type,
            order_id=event.subject,
            subscription=name,
            number=number,
            outcome=outcome,
            status=200 if outcome == "accepted" else 0,
            detail=detail,
            route=route,
            started_us=self.now_ms * 1000,
            duration_us=2000,
            origin=Origin(at.topic, at.partition, at.offset, 0),
            replay=replay,
        )
        self._attempts.write(attempt)

    async def records(self, topic: str) -> list[Record]:
        """All records of a topic."""
        return [r async for batch in self.world.reader.read(topic) for r in batch]

    @property
    def now_ms(self) -> int:
        """The clock's time."""
        return int(self.world.clock.now() * 1000)


def _place(record: Record) -> Written:
    return Written(record.topic, record.partition, record.offset)
