"""Hops: moving a delivery to a tier, to the dead letters, to an ordered topic.

A hop is written until the broker acknowledges it or the partition is gone; it is
never skipped. What its topic will never take becomes a dead letter; of what the
dead-letter topic will never take, a small one says where it stands. If even that
cannot be written, the partition waits.
"""

from collections.abc import Callable

from bus.delivery.delivery import DeadLetter, Delivery, Reason
from bus.delivery.headers import event_headers, hop_headers, printable
from bus.delivery.keys import hop_key
from bus.delivery.small import attributes_of, small
from bus.errors import PublishError
from bus.ports import Clock, Observer, Publisher
from bus.record import Headers, Message, Record
from bus.topics.topology import Topology
from processors.delivery.decoding import at_origin
from processors.delivery.partition import Partition
from processors.delivery.reporting import Reporter
from processors.delivery.ticket import Ticket
from processors.delivery.writing import Writing
from processors.telemetry import names

_PATIENCE_S = 60.0
"""How long a topic that is missing or not allowed is waited for."""


class Hops:
    """Writes hops and quarantined records."""

    def __init__(
        self,
        publisher: Publisher,
        topology: Topology,
        clock: Clock,
        observer: Observer,
        reporter: Reporter,
    ) -> None:
        self.writing = Writing(publisher, clock, observer)
        self._topology = topology
        self._clock = clock
        self._observer = observer
        self._reporter = reporter

    async def to_tier(
        self, ticket: Ticket, tier: str, *, attempts: int, detail: str
    ) -> bool:
        """Move to a tier's topic; False if the partition went away meanwhile."""
        topic = self._topology.retry_topic(ticket.delivery.subscription, tier)
        message = self._message(ticket.delivery, topic, attempts, tier, None, detail)
        return await self._carry(ticket, message, attempts)

    async def to_ordered(self, ticket: Ticket, lane: str) -> bool:
        """Append to the ordered topic of subscription `lane`; False as above."""
        topic = self._topology.ordered_topic(lane)
        message = self._message(ticket.delivery, topic, 0, None, None, "")
        return await self._carry(ticket, message, 0)

    async def to_dead_letters(
        self, ticket: Ticket, reason: Reason, *, attempts: int, detail: str
    ) -> bool:
        """Move to the dead-letter topic, a small letter if need be; False as above."""
        delivery = ticket.delivery
        topic = self._topology.dlq_topic(delivery.subscription)
        letter = self._message(delivery, topic, attempts, delivery.tier, reason, detail)
        span = self._observer.span(
            "hop", delivery.event, topic, subscription=delivery.subscription
        )
        source = at_origin(delivery.record, delivery.origin)
        written = await self._keep(
            ticket.partition, letter, source, lambda: event_headers(delivery.event)
        )
        span.end("" if written else "fenced")
        return written

    async def to_quarantine(
        self, partition: Partition, record: Record, why: str
    ) -> bool:
        """Put a record that nobody can decode aside, bytes and headers untouched."""
        at = f"{record.topic}/{record.partition}/{record.offset}"
        letter = Message(
            self._topology.quarantine,
            record.key,
            record.value,
            (
                *record.headers,
                ("bus-quarantine-reason", printable(why).encode()),
                ("bus-quarantine-origin", at.encode()),
                ("bus-quarantine-origin-ms", b"%d" % record.timestamp_ms),
                ("bus-quarantine-topic-id", record.topic_id.encode()),
                ("bus-quarantine-at-ms", str(self._now_ms()).encode()),
            ),
        )
        written = await self._keep(
            partition, letter, record, lambda: attributes_of(record)
        )
        if written:
            self._observer.quarantined(record, why)
        return written

    # ------------------------------------------------ steps

    async def _carry(self, ticket: Ticket, message: Message, attempts: int) -> bool:
        delivery = ticket.delivery
        span = self._observer.span(
            "hop", delivery.event, message.topic, subscription=delivery.subscription
        )
        try:
            written = await self.writing.until_taken(
                ticket.partition, message, _PATIENCE_S
            )
        except PublishError as refused:
            span.end("refused")
            reason, why = Reason.UNWRITABLE, str(refused)
            self._reporter.hop(delivery, DeadLetter(reason), why)
            return await self.to_dead_letters(
                ticket, reason, attempts=attempts, detail=why
            )
        span.end("" if written else "fenced")
        return written

    async def _keep(
        self,
        partition: Partition,
        letter: Message,
        source: Record,
        attributes: Callable[[], Headers],
    ) -> bool:
        """Write what has nowhere else to go: whole, else what says where it stands."""
        try:
            return await self.writing.until_taken(partition, letter)
        except PublishError as refused:
            why = str(refused)
        instead = small(letter, source, attributes(), why)
        written = await self.writing.until_taken(partition, instead, last=True)
        if written:
            self._observer.measure(names.SMALL_LETTERS, 1, letter.topic)
            self._observer.note(
                names.SMALL_LETTER,
                topic=letter.topic,
                stands_at=f"{source.topic}/{source.partition}/{source.offset}",
                bytes=len(source.value or b""),
                why=why,
            )
        return written

    def _message(
        self,
        delivery: Delivery,
        topic: str,
        attempts: int,
        tier: str | None,
        reason: Reason | None,
        detail: str,
    ) -> Message:
        headers = hop_headers(
            delivery,
            attempts=attempts,
            tier=tier,
            reason=reason,
            detail=detail,
            at_ms=self._now_ms(),
        )
        key = hop_key(delivery.event)
        return Message(topic, key, delivery.record.value, headers)

    def _now_ms(self) -> int:
        return int(self._clock.now() * 1000)
