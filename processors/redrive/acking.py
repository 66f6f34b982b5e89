"""Acknowledging events for a subscription: its deliveries are not tried again."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.errors import InvalidSubscriptionError
from bus.identity import is_webhook_id, webhook_id
from processors.delivery.acks import ack_key, acknowledge
from processors.redrive.noting import noted
from processors.subscriptions.world import World

_NAMED = 100
"""Of more events than these the audit gives the number only."""


class Acked(NamedTuple):
    """A consumer's word that it has an event."""

    subscription: str
    event_id: str
    at_ms: int


async def read_acks(
    world: World, since_ms: int, events: Collection[str]
) -> AsyncIterator[Acked]:
    """Yield the acknowledgements of these events, by webhook-id, since then."""
    async for batch in world.reader.read(world.topology.acks, since_ms=since_ms):
        for record in batch:
            key = (record.key or b"").decode(errors="replace")
            subscription, _, event_id = key.partition("/")
            if event_id in events and record.value is not None:
                yield Acked(subscription, event_id, record.timestamp_ms)


async def write_acks(
    world: World, subscription_id: str, ids: Sequence[str], by: str
) -> None:
    """Say that the subscription's consumer has processed these events.

    Raises:
        PublishError: one of them was not written.
    """
    at = datetime.fromtimestamp(world.clock.now(), UTC).isoformat()
    topic = world.topology.acks
    keys = [ack_key(subscription_id, event_id) for event_id in ids]
    publisher, written = world.publisher, 0

    def done() -> Shown:
        said = {"acknowledged": written, "events": list(ids[:_NAMED]), "by": by}
        return said if written else {}

    async with noted(world, "add", Entity.ACK, subscription_id, done):
        for acknowledgement in [
            acknowledge(publisher, key, at=at, by=by, topic=topic) for key in keys
        ]:
            await acknowledgement
            written += 1


def webhook_ids(given: Sequence[str], source: str | None) -> Sequence[str]:
    """The webhook-ids of events, each once; `source`: these are its own ids.

    Raises:
        InvalidSubscriptionError: one is no webhook-id.
    """
    if source is not None:
        return list(dict.fromkeys(webhook_id(source, word) for word in given))
    for event_id in given:
        if not is_webhook_id(event_id):
            # An id that two sources may both use must not ack the one for the other.
            raise InvalidSubscriptionError(
                "event id",
                f"{event_id[:40]!r} is no webhook-id; for an event's own id say"
                " --source",
            )
    return list(dict.fromkeys(given))
