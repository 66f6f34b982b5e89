"""A source topic that is made anew, and events without keys, on a real Kafka."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bus.adapters.kafka import Connection, KafkaTopics
from bus.contracts.codec import encode
from bus.delivery.headers import event_headers
from bus.event import Event
from bus.record import Message
from bus.samples.lifecycles import sample
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import STARTED

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
_WITHIN_S = 30
_TYPE = "order.status_changed"


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=["consumer", "classic"]
)
async def bus(
    request: pytest.FixtureRequest,
    kafka: KafkaUnderTest,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Bus]:
    """A bus with one worker, for each protocol of groups."""
    name = f"anew-{request.param}"
    async with running_bus(kafka, tmp_path_factory.mktemp(name), name) as made:
        worker = await made.run(group_protocol=request.param)
        await worker.ready()
        yield made
        assert await worker.stop() == 0
        assert not worker.lines("bug")


def events_of(order: str, count: int, first: int = 0) -> list[Event]:
    """Events of one order."""
    found = []
    for number in range(first, first + count):
        event = sample(_TYPE, number, STARTED)
        data = {**event.data, "order_id": order}
        found.append(replace(event, subject=order, data=data))
    return found


async def arrived(bus: Bus, path: str, events: list[Event]) -> list[str]:
    """Return a path's ids in order of arrival, once all events are there."""
    wanted = {event.id for event in events}
    await wait_until(
        lambda: wanted <= set(bus.accepted(path)), _WITHIN_S, f"{path} has all"
    )
    return [id_ for id_ in dict.fromkeys(bus.accepted(path)) if id_ in wanted]


async def test_what_a_new_topic_holds_arrives_as_well(bus: Bus) -> None:
    """With and without order; the first offsets are as new as the others.

    No order is asked for: a classic member reads on at its old position for seconds,
    before it begins anew.
    """
    order = f"{bus.name}-1"
    for name, ordering in (("lanes", "key"), ("plain", "none")):
        wanted = f"order_id == '{order}'"
        await bus.subscribe(name, ordering=ordering, filter=wanted)
    before, after = events_of(order, 5), events_of(order, 25, 5)
    await bus.produce(before)
    for path in ("/lanes", "/plain"):
        await arrived(bus, path, before)
    topics = KafkaTopics(Connection(bus.settings.librdkafka()))
    topic = f"{bus.name}.{bus.catalogue.topic(_TYPE)}"
    state = (await topics.describe([topic]))[topic]
    await topics.delete([topic])
    await topics.create([state])
    await bus.produce(after)
    for path in ("/lanes", "/plain"):
        await arrived(bus, path, after)


async def test_events_without_a_key_arrive_in_order(bus: Bus) -> None:
    """The promise goes by the order id, whatever the producer wrote for a key."""
    order = f"{bus.name}-2"
    await bus.subscribe("keyless", ordering="key", filter=f"order_id == '{order}'")
    events = events_of(order, 300)
    schema, topic = bus.catalogue.schema(_TYPE), bus.catalogue.topic(_TYPE)
    subject = bus.catalogue.subject(_TYPE)
    schema_id = await bus.registry.schemas.register(subject, schema.text)
    written = [
        bus.publisher.publish(
            Message(
                f"{bus.name}.{topic}",
                None,
                encode(schema, schema_id, event.data),
                event_headers(event),
                partition=0,
            )
        )
        for event in events
    ]
    await asyncio.gather(*written)
    assert await arrived(bus, "/keyless", events) == [event.id for event in events]
