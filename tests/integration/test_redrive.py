"""Sending again by hand, on a real Kafka, with a real worker and partner."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bus.delivery.subscription import Subscription
from bus.event import Event
from bus.identity import made_up_id, webhook_id
from bus.record import Message
from processors.receiver import Behaviour
from processors.redrive.backfill import Span, deliver
from processors.redrive.letters import Wanted, read_letters
from processors.redrive.readiness import refuse_unready
from processors.redrive.replaying import Plan, plan, replay
from processors.redrive.tracing import trace
from processors.subscriptions.world import World
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
_WITHIN_S = 30


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bus(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bus]:
    """A bus with one worker and a short first tier."""
    folder = tmp_path_factory.mktemp("redrive")
    async with running_bus(kafka, folder, "redrive", tiers={"short": "200ms"}) as made:
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


async def send(bus: Bus, order: str, count: int = 1) -> list[Event]:
    """Produce events of an order."""
    events = [order_event(order, number) for number in range(count)]
    await bus.produce(events)
    return events


async def received(bus: Bus, name: str, count: int) -> list[str]:
    """Ids of what a partner accepted, once there are so many."""
    await wait_until(
        lambda: len(bus.accepted(f"/{name}")) >= count,
        _WITHIN_S,
        f"{name} accepted {count}",
    )
    return bus.accepted(f"/{name}")


async def dead(world: World, name: str, count: int) -> Plan:
    """What is pending in its dead-letter topic, once there is so much."""
    until = CLOCK.monotonic() + _WITHIN_S
    while True:
        found = await plan(read_letters(world, name, Wanted()))
        if found.pending >= count:
            return found
        assert CLOCK.monotonic() < until, f"{found} instead of {count}"


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_a_replay_is_delivered_once_more(
    bus: Bus, world: World, ordering: str
) -> None:
    """Same webhook-ids, each once, in order if the subscription is; then none."""
    name = f"again-{ordering}"
    bus.receiver.behave(f"/{name}", Behaviour(status=422))
    subscription = await subscribe(bus, name, ordering=ordering)
    events = await send(bus, name, 5)
    assert (await dead(world, name, 5)).by_reason == {"refused": 5}
    bus.receiver.behave(f"/{name}", Behaviour())
    await refuse_unready(world, subscription, force=False)
    for expected in (5, 0):
        letters = read_letters(world, name, Wanted())
        done = await replay(world, subscription, letters, lambda _: None)
        assert done.sent == expected
    ids = await received(bus, name, 5)
    wanted = [event.id for event in events]
    assert sorted(ids) == sorted(wanted)
    if ordering == "key":
        assert ids == wanted
    await lives(world, wanted[0], name, ["refused", "accepted"])


async def lives(world: World, event_id: str, name: str, outcomes: list[str]) -> None:
    """The trace of an event says what its attempts came to."""
    until = CLOCK.monotonic() + _WITHIN_S
    while True:
        (life,) = await trace(world, event_id, 0)
        track = next(t for t in life.tracks if t.subscription == name)
        found = [s.outcome for s in track.steps if s.kind == "attempt"]
        if found == outcomes and track.state == "accepted":
            return
        assert CLOCK.monotonic() < until, track


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_a_foreign_event_keeps_its_id(
    bus: Bus, world: World, ordering: str
) -> None:
    """Without CloudEvents headers the webhook-id is of its place, on every way."""
    name = f"foreign-{ordering}"
    bus.receiver.behave(f"/{name}", Behaviour(fail_for_s=600))
    subscription = await subscribe(bus, name, ordering=ordering)
    event = order_event(name)
    (written,) = await bus.produce([event])
    records = await bus.records(written.topic)
    place = (written.partition, written.offset)
    record = next(r for r in records if (r.partition, r.offset) == place)
    bare = await bus.publisher.publish(Message(record.topic, record.key, record.value))
    await dead(world, name, 2)
    bus.receiver.behave(f"/{name}", Behaviour())
    letters = read_letters(world, name, Wanted())
    await replay(world, subscription, letters, lambda _: None)
    await received(bus, name, 2)
    tried = {r.webhook_id for r in bus.receiver.received if r.path == f"/{name}"}
    place = (bare.partition, bare.offset)
    records = await bus.records(bare.topic)
    record = next(r for r in records if (r.partition, r.offset) == place)
    assert tried == {event.id, webhook_id(f"/{bare.topic}", made_up_id(record))}


async def test_a_new_subscription_gets_the_past(bus: Bus, world: World) -> None:
    """A backfill reaches it alone."""
    await subscribe(bus, "early", filter="order_id == 'past'")
    events = await send(bus, "past", 4)
    wanted = [event.id for event in events]
    assert sorted(await received(bus, "early", 4)) == sorted(wanted)
    late = await subscribe(bus, "late", filter="order_id == 'past'")
    now_ms = int(CLOCK.now() * 1000) + 1
    span = Span(since_ms=now_ms - 60_000, until_ms=now_ms, order="past")
    assert (await deliver(world, late, span, lambda _: None)).wanted == 4
    assert sorted(await received(bus, "late", 4)) == sorted(wanted)
    assert len(bus.accepted("/early")) == 4
