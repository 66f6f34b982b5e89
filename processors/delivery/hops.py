"""Hops: moving a delivery to a tier, to the dead letters, to an ordered topic.

A hop is written until the broker acknowledges it or the partition is gone; it is
never skipped.
"""

from bus.delivery.delivery import Delivery, Reason
from bus.delivery.headers import hop_headers, printable
from bus.delivery.keys import hop_key
from bus.errors import PublishError
from bus.ports import Clock, Observer, PartitionChange, Publisher
from bus.record import Message, Record
from bus.topics.topology import Topology
from processors.delivery.partition import Partition
from processors.delivery.ticket import Ticket

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Hops:
    """Writes hops and quarantined records."""

    def __init__(
        self, publisher: Publisher, topology: Topology, clock: Clock, observer: Observer
    ) -> None:
        self._publisher = publisher
        self._topology = topology
        self._clock = clock
        self._observer = observer

    async def to_tier(
        self, ticket: Ticket, tier: str, *, attempts: int, detail: str
    ) -> bool:
        """Move to a tier's topic; False if the partition went away meanwhile."""
        topic = self._topology.retry_topic(ticket.delivery.subscription, tier)
        message = self._message(ticket.delivery, topic, attempts, tier, None, detail)
        return await self._hop(ticket, message)

    async def to_dead_letters(
        self, ticket: Ticket, reason: Reason, *, attempts: int, detail: str
    ) -> bool:
        """Move to the dead-letter topic."""
        delivery = ticket.delivery
        topic = self._topology.dlq_topic(delivery.subscription)
        message = self._message(
            delivery, topic, attempts, delivery.tier, reason, detail
        )
        return await self._hop(ticket, message)

    async def to_ordered(self, ticket: Ticket) -> bool:
        """Append to the subscription's ordered topic."""
        topic = self._topology.ordered_topic(ticket.delivery.subscription)
        message = self._message(ticket.delivery, topic, 0, None, None, "")
        return await self._hop(ticket, message)

    async def to_quarantine(
        self, partition: Partition, record: Record, why: str
    ) -> bool:
        """Put a record that nobody can decode aside, bytes and headers untouched."""
        at = f"{record.topic}/{record.partition}/{record.offset}"
        message = Message(
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
        written = await self._write(partition, message)
        if written:
            self._observer.quarantined(record, why)
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

    async def _hop(self, ticket: Ticket, message: Message) -> bool:
        delivery = ticket.delivery
        span = self._observer.span(
            "hop", delivery.event, message.topic, subscription=delivery.subscription
        )
        written = await self._write(ticket.partition, message)
        span.end("" if written else "fenced")
        return written

    async def _write(self, partition: Partition, message: Message) -> bool:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._publisher.publish(message)
            except PublishError as error:
                if not partition.open:
                    return False
                self._observer.partitions(
                    "", PartitionChange.STOPPED, [partition.tp], str(error)
                )
            else:
                return True
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _now_ms(self) -> int:
        return int(self._clock.now() * 1000)
