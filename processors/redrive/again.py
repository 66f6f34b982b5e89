"""Writing deliveries anew: to one subscription, from its first tier on.

They keep their event, so the webhook-id, and their place of origin. Their age starts
anew: what lay for days is not given up at once as too old.
"""

from collections.abc import Iterator, Sequence

from bus.delivery.choices import Ordering
from bus.delivery.delivery import Delivery, Origin
from bus.delivery.headers import hop_headers
from bus.delivery.keys import hop_key
from bus.delivery.subscription import Subscription
from bus.errors import PublishError
from bus.event import Event
from bus.ports import Publisher
from bus.record import Message, Record
from bus.topics.topology import Topology

CHUNK = 100
"""So many are in flight at a time, and at most so many repeated after a crash."""


def target(topology: Topology, subscription: Subscription) -> str:
    """The topic that replayed deliveries of a subscription are written to."""
    if subscription.ordering is Ordering.KEY:
        return topology.ordered_topic(subscription.id)
    return topology.retry_topic(subscription.id, subscription.retry[0])


def anew(
    topology: Topology,
    subscription: Subscription,
    record: Record,
    event: Event,
    *,
    origin: Origin,
    replay: int,
) -> Message:
    """Return the hop that delivers an event once more; `origin` is as old as it."""
    delivery = Delivery(subscription.id, event, record, origin, replay=replay)
    ordered = subscription.ordering is Ordering.KEY
    headers = hop_headers(
        delivery,
        attempts=0,
        tier=None if ordered else subscription.retry[0],
        reason=None,
        detail="",
        at_ms=origin.timestamp_ms,
    )
    topic = target(topology, subscription)
    return Message(topic, hop_key(event), record.value, headers)


async def write(
    publisher: Publisher, messages: Sequence[Message]
) -> tuple[Sequence[bool], PublishError | None]:
    """Write until one fails; return which were acknowledged, and the failure.

    Of messages with the same key, one is written only after the one before was
    acknowledged: a failure cannot change their order.
    """
    written: list[bool] = []
    for wave in _waves(messages):
        results = await _all(publisher, wave)
        written += (error is None for error in results)
        failure = next((error for error in results if error), None)
        if failure is not None:
            written += [False] * (len(messages) - len(written))
            return written, failure
    return written, None


def _waves(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """Cut into runs in which no key comes twice."""
    start, keys = 0, set[bytes | None]()
    for i, message in enumerate(messages):
        if message.key in keys:
            yield messages[start:i]
            start, keys = i, set()
        keys.add(message.key)
    if start < len(messages):
        yield messages[start:]


async def _all(
    publisher: Publisher, messages: Sequence[Message]
) -> Sequence[PublishError | None]:
    under_way = [publisher.publish(message) for message in messages]
    results: list[PublishError | None] = []
    for one in under_way:
        try:
            await one
        except PublishError as error:
            results.append(error)
        else:
            results.append(None)
    return results
