"""Writing deliveries anew: to one subscription, from its first tier on.

They keep their event, so the webhook-id, and their place of origin. Their age starts
anew: what lay for days is not given up at once as too old.
"""

from collections.abc import Iterator, Sequence

from bus.delivery.choices import Ordering
from bus.delivery.delivery import Delivery, Origin, Reason
from bus.delivery.headers import hop_headers, is_undecided, printable, read_state
from bus.delivery.keys import hop_key
from bus.delivery.small import attributes_of, small
from bus.delivery.subscription import Subscription
from bus.errors import Heals, PublishError
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


def anew(  # noqa: PLR0913 - what a hop is made of
    topology: Topology,
    subscription: Subscription,
    record: Record,
    event: Event,
    *,
    origin: Origin,
    replay: int,
    undecided: bool = False,
) -> Message:
    """Return the hop that delivers an event once more; `origin` is as old as it.

    `undecided`: its filter has yet to be asked, where it is delivered.
    """
    delivery = Delivery(
        subscription.id,
        event,
        record,
        origin,
        replay=replay,
        undecided=undecided or is_undecided(record),
    )
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
) -> Sequence[PublishError | None]:
    """Write until Kafka is in trouble; return what came of each.

    Of messages with the same key, one is written only after the one before was
    acknowledged: a failure cannot change their order. One that its topic never takes
    stops nothing; after any other failure the rest is not tried and failed alike.
    """
    results: list[PublishError | None] = []
    for wave in _waves(messages):
        results += await _all(publisher, wave)
        if (trouble := trouble_of(results)) is not None:
            results += [trouble] * (len(messages) - len(results))
            break
    return results


def trouble_of(results: Sequence[PublishError | None]) -> PublishError | None:
    """The first failure that is not the record's own."""
    failures = (error for error in results if error is not None)
    return next((e for e in failures if e.heals is not Heals.NOTHING), None)


def given_up(topology: Topology, hop: Message, why: str) -> Message:
    """The small dead letter in place of a hop that its topic never takes."""
    state = read_state(Record(hop.topic, 0, 0, 0, hop.key, hop.value, hop.headers))
    origin = state.origin
    topic = topology.dlq_topic(state.subscription)
    source = Record(*origin[:3], origin.own_ms, hop.key, hop.value, hop.headers)
    reason = ("bus-reason", Reason.UNWRITABLE.value.encode())
    headers = (*hop.headers, reason, ("bus-detail", printable(why).encode()))
    letter = hop._replace(topic=topic, headers=headers)
    return small(letter, source, attributes_of(source), why)


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
