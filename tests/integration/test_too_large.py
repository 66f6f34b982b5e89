"""Records that are too large, on a real Kafka, with a real worker and partner."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bus.adapters.kafka import Connection, KafkaPublisher
from bus.delivery.subscription import Subscription
from bus.event import Event
from bus.record import Written
from bus.samples.lifecycles import sample
from bus.topics.topic import TopicState
from processors.receiver import Behaviour
from processors.redrive.letters import Letter, Wanted, read_letters
from processors.redrive.replaying import Replayed, replay
from processors.subscriptions.world import World
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import STARTED

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
_WITHIN_S = 30
_LARGE = "line item; " * 209_000
orderings = pytest.mark.parametrize("ordering", ["none", "key"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bus(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bus]:
    """A bus with one worker and a short first tier."""
    folder = tmp_path_factory.mktemp("sizes")
    async with running_bus(kafka, folder, "sizes", tiers={"short": "200ms"}) as made:
        worker = await made.run()
        await worker.ready()
        yield made
        assert await worker.stop() == 0
        assert not worker.lines("bug")


@pytest.fixture
def world(bus: Bus) -> World:
    """The bus's world, with the registry that its worker asks."""
    return replace(bus.world, schemas=bus.registry.schemas)


async def subscribe(bus: Bus, name: str, **fields: object) -> Subscription:
    """Subscribe to the order of the same name, with one short tier."""
    given = {"filter": f"order_id == '{name}'", "retry": ["short"], **fields}
    return await bus.subscribe(name, **given)


async def send(bus: Bus, order: str, *reasons: str) -> list[tuple[Event, Written]]:
    """Produce events of an order with these texts, compressed well."""
    events = []
    for number, reason in enumerate(reasons):
        event = sample("order.status_changed", number, STARTED)
        data = {**event.data, "order_id": order, "reason": reason}
        events.append(replace(event, subject=order, data=data))
    settings = {**bus.settings.librdkafka(), "compression.type": "zstd"}
    publisher = KafkaPublisher(Connection(settings))
    try:
        written = await replace(bus, publisher=publisher).produce(events)
    finally:
        await publisher.close()
    return list(zip(events, written, strict=True))


async def letters_of(world: World, name: str, count: int) -> list[Letter]:
    """A subscription's dead letters, once there are so many."""
    found: list[Letter] = []

    async def there() -> bool:
        found[:] = [
            letter
            async for batch in read_letters(world, name, Wanted())
            for letter in batch
        ]
        return len(found) >= count

    await wait_until(there, _WITHIN_S, f"{name} has {count} dead letters")
    return found


@orderings
async def test_large_before_compression_is_retried_like_any_other(
    bus: Bus, world: World, ordering: str
) -> None:
    """A record of 2.3 MB that its producer had compressed walks through the tiers."""
    name = f"large-{ordering}"
    bus.receiver.behave(f"/{name}", Behaviour(status=500))
    await subscribe(bus, name, ordering=ordering)
    ((event, written), _) = await send(bus, name, _LARGE, "small")
    letters = await letters_of(world, name, 2)
    assert {letter.reason for letter in letters} == {"exhausted"}
    letter = next(letter for letter in letters if letter.event_id == event.id)
    assert letter.elsewhere is None
    found = await world.reader.at(*written[:3])
    assert found is not None
    assert letter.record.value == found.value


@orderings
async def test_what_no_topic_takes_leaves_a_small_letter(
    bus: Bus, world: World, ordering: str
) -> None:
    """Nothing stops; with larger topics, a replay fetches and delivers it."""
    name = f"huge-{ordering}"
    bus.receiver.behave(f"/{name}", Behaviour(status=500))
    acme = await subscribe(bus, name, ordering=ordering)
    own = world.topology.topics_of(acme)
    await limit(world, own, 20_000)
    noise = os.urandom(50_000).hex()
    ((event, written), (behind, _)) = await send(bus, name, noise, "small")
    letters = await letters_of(world, name, 2)
    small = next(letter for letter in letters if letter.event_id == event.id)
    assert small.reason == "unwritable"
    assert small.elsewhere is not None
    assert small.elsewhere[:3] == written[:3]
    assert small.elsewhere.size > 100_000
    assert behind.id in {letter.event_id for letter in letters}
    await committed(bus, world, written)
    assert bus.workers[0].lines("small_letter")
    assert await replay_all(world, acme, event) == (0, 1)
    await limit(world, own, 8_000_000)
    bus.receiver.behave(f"/{name}", Behaviour())
    assert await replay_all(world, acme, event) == (1, 0)
    await wait_until(
        lambda: event.id in bus.accepted(f"/{name}"), _WITHIN_S, f"{name} has it"
    )


async def limit(world: World, topics: list[TopicState], most: int) -> None:
    """Have topics take records up to so many bytes."""
    for topic in topics:
        config = {"max.message.bytes": str(most)}
        await world.topics.change(replace(topic, config=config))


async def replay_all(world: World, acme: Subscription, event: Event) -> tuple[int, int]:
    """How many of an event's dead letters were sent, and how many refused."""
    letters = read_letters(world, acme.id, Wanted(events=[event.id]))
    done: Replayed = await replay(world, acme, letters, lambda _: None)
    return done.sent, done.refused


async def committed(bus: Bus, world: World, written: Written) -> None:
    """Return once fanout has committed beyond a record."""

    async def beyond() -> bool:
        lags = await world.groups.lag(world.fanout_group, [written.topic])
        mine = [at for tp, at in lags.items() if tp.partition == written.partition]
        return mine[0].committed > written.offset

    await wait_until(beyond, _WITHIN_S, f"{bus.name} commits beyond the large one")
