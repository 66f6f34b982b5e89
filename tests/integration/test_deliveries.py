"""What becomes of a delivery, on a real Kafka, with a real worker and partner.

All tests share one bus. Each has an order of its own, which its filter names. What
takes long begins with the first test and is looked at in the end.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.delivery.attributes import read_attributes
from bus.delivery.delivery import Reason
from bus.delivery.headers import HopState, read_state
from bus.delivery.subscription import State, Subscription
from bus.event import Event
from bus.record import Message, Record
from processors.receiver import Behaviour, Received
from processors.subscriptions.removal import Removed, remove
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event
from tests.support.pace import patience

Letter = tuple[Record, HopState]
pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
_TOLERANCE_S = 1.0
"""How late a tier may be on a machine that is busy with other things."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bus(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bus]:
    """A bus with one worker, whose breakers are quick."""
    folder = tmp_path_factory.mktemp("deliveries")
    async with running_bus(kafka, folder, "ways", tiers=TIERS) as made:
        worker = await made.run(breaker_open_s=0.5, breaker_open_max_s=1)
        await worker.ready()
        yield made
        assert await worker.stop() == 0
        assert not worker.lines("bug")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def walker(bus: Bus) -> Event:
    """An event that walks through all tiers, from the first test on."""
    bus.receiver.behave("/walker", Behaviour(status=500))
    await subscribe(bus, "walker", retry=("1s", "5s", "30s"))
    return await send(bus, "walker")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def removal(bus: Bus) -> "asyncio.Task[Removed]":
    """The removal of a subscription with something pending, likewise."""
    bus.receiver.behave("/leaver", Behaviour(status=500))
    await subscribe(bus, "leaver", retry=("30s",))
    for number in range(3):
        await send(bus, "leaver", number)
    await standing(bus, bus.world.topology.retry_topic("leaver", "30s"), 3)
    return asyncio.create_task(remove(bus.world, "leaver"))


async def subscribe(bus: Bus, name: str, **fields: object) -> Subscription:
    """Subscribe to one order; return when the worker has its topics."""
    made = await bus.subscribe(
        name, **{"filter": f"order_id == '{name}'", "retry": list(TIERS), **fields}
    )
    topics = bus.world.topology.tier_topics(made)

    def assigned() -> bool:
        return bus.workers[0].topics() >= set(topics.values())

    await wait_until(assigned, 30, f"the worker reads the tiers of {name}")
    return made


async def send(bus: Bus, order: str, number: int = 0) -> Event:
    """Write an event of an order."""
    event = order_event(order, number)
    await bus.produce([event])
    return event


def requests(bus: Bus, name: str) -> list[Received]:
    """What a partner got."""
    return [r for r in bus.receiver.received if r.path == f"/{name}"]


async def received(
    bus: Bus, name: str, count: int, within_s: float = 20
) -> list[Received]:
    """Wait until a partner got so many requests; return them."""
    await wait_until(
        lambda: len(requests(bus, name)) >= count, within_s, f"{count} at {name}"
    )
    return requests(bus, name)


async def dead_letters(bus: Bus, name: str, count: int) -> list[Letter]:
    """Wait until so many dead letters stand there; return them."""
    found = await standing(bus, bus.world.topology.dlq_topic(name), count)
    return [(record, read_state(record)) for record in found]


async def standing(bus: Bus, topic: str, count: int) -> list[Record]:
    """Wait until so many records stand in a topic; return them."""
    until = CLOCK.monotonic() + patience(20)
    while len(found := await bus.records(topic)) < count:
        assert CLOCK.monotonic() < until, f"{len(found)} records in {topic}"
        await CLOCK.sleep(0.2)
    return found


async def test_filter_decides(bus: Bus) -> None:
    """A subscription gets what its filter takes, and nothing else."""
    await subscribe(bus, "picky")
    await send(bus, "somebody-else")
    wanted = await send(bus, "picky")
    assert [r.webhook_id for r in await received(bus, "picky", 1)] == [wanted.id]


async def test_410_disables(bus: Bus) -> None:
    """410 dead-letters the event and disables; resumed, what came later arrives."""
    bus.receiver.behave("/gone", Behaviour(status=410))
    await subscribe(bus, "gone")
    first = await send(bus, "gone", 1)

    def disabled() -> bool:
        found = bus.world.table.get("gone")
        return found is not None and found.state is State.DISABLED

    await wait_until(disabled, 10, "disabled")
    ((letter, state),) = await dead_letters(bus, "gone", 1)
    assert read_attributes(letter).id == first.id
    assert (state.reason, state.attempts) == (Reason.GONE, 1)
    second = await send(bus, "gone", 2)
    bus.receiver.behave("/gone", Behaviour())
    await bus.world.writer.resume("gone")
    got = await received(bus, "gone", 2)
    assert [r.webhook_id for r in got] == [first.id, second.id]


async def test_retry_after_holds_all(bus: Bus) -> None:
    """Retry-After holds every delivery of the subscription, whatever its tier."""
    limit = Behaviour(fail_first=1, fail_status=429, retry_after="2")
    bus.receiver.behave("/limited", limit)
    await subscribe(bus, "limited")
    await send(bus, "limited", 1)
    (first,) = await received(bus, "limited", 1)
    bus.receiver.behave("/limited", Behaviour())
    await send(bus, "limited", 2)
    _, *later = await received(bus, "limited", 3)
    assert all(r.monotonic_ns - first.monotonic_ns >= 1.9e9 for r in later)


async def test_too_old_is_given_up(bus: Bus) -> None:
    """What would be older than max_age when due is dead-lettered at once."""
    bus.receiver.behave("/hasty", Behaviour(status=503))
    await subscribe(bus, "hasty", max_age_s=3, retry=("short", "5s"))
    event = await send(bus, "hasty")
    ((letter, state),) = await dead_letters(bus, "hasty", 1)
    assert read_attributes(letter).id == event.id
    assert (state.reason, state.attempts) == (Reason.TOO_OLD, 2)


async def test_refused_is_final(bus: Bus) -> None:
    """A 400 is not tried again; its bytes reach the dead letters untouched."""
    bus.receiver.behave("/strict", Behaviour(status=400))
    await subscribe(bus, "strict")
    event = order_event("strict")
    (written,) = await bus.produce([event])
    ((letter, state),) = await dead_letters(bus, "strict", 1)
    (source,) = (
        r
        for r in await bus.records(written.topic)
        if (r.partition, r.offset) == (written.partition, written.offset)
    )
    assert (letter.key, letter.value) == (source.key, source.value)
    assert letter.headers[: len(source.headers)] == source.headers
    assert state.reason is Reason.REFUSED
    assert state.origin[:3] == (source.topic, source.partition, source.offset)
    assert len(requests(bus, "strict")) == 1


async def test_pause_holds_and_resume_lets_go(bus: Bus) -> None:
    """A paused subscription gets nothing, not even retries; resumed it gets all."""
    bus.receiver.behave("/sleeper", Behaviour(fail_first=1))
    await subscribe(bus, "sleeper")
    failing = await send(bus, "sleeper", 1)
    await received(bus, "sleeper", 1)
    await bus.world.writer.pause("sleeper")
    later = await send(bus, "sleeper", 2)
    marker = await send(bus, "picky", 2)
    await wait_until(lambda: marker.id in bus.accepted("/picky"), 10, "others go on")
    retries = bus.world.topology.retry_topic("sleeper", "short")

    async def both_wait() -> bool:
        return len(await bus.records(retries)) == 2

    await wait_until(both_wait, 20, "both wait in their tier")
    assert later.id not in {r.webhook_id for r in requests(bus, "sleeper")}
    await bus.world.writer.resume("sleeper")
    await wait_until(
        lambda: {failing.id, later.id} <= set(bus.accepted("/sleeper")), 20, "all"
    )


async def test_undecodable_is_put_aside(bus: Bus) -> None:
    """Bad records reach the quarantine untouched; the next one is delivered."""
    await subscribe(bus, "careful")
    good = order_event("careful")
    await bus.schemas([good.type])
    (written,) = await bus.produce([order_event("careful", 1)])
    (whole,) = (
        r
        for r in await bus.records(written.topic)
        if (r.partition, r.offset) == (written.partition, written.offset)
    )
    assert whole.value is not None
    bad = [b"not avro", b"\0\0\0\xff\xff" + whole.value[5:], whole.value[:-3], None]
    for value in bad:
        message = Message(
            written.topic, whole.key, value, whole.headers, written.partition
        )
        await bus.publisher.publish(message)
    await bus.produce([good])
    await wait_until(lambda: good.id in bus.accepted("/careful"), 20, "the next one")
    aside = await bus.records(bus.world.topology.quarantine)
    assert [r.value for r in aside if r.key == whole.key] == bad
    for record in aside:
        assert record.headers[: len(whole.headers)] == whole.headers
        assert dict(record.headers)["bus-quarantine-reason"]
        origin = dict(record.headers)["bus-quarantine-origin"].decode()
        assert origin.startswith(f"{written.topic}/{written.partition}/")


async def test_outage_burns_no_attempts(bus: Bus) -> None:
    """An outage longer than all tiers loses nothing to the dead letters."""
    bus.receiver.behave("/fallen", Behaviour(fail_for_s=6))
    await subscribe(bus, "fallen")
    bus.receiver.behave("/fallen", Behaviour(fail_for_s=6))
    sent = [order_event("fallen", number) for number in range(60)]
    await bus.produce(sent)
    await wait_until(
        lambda: len(set(bus.accepted("/fallen"))) == len(sent), 40, "all accepted"
    )
    assert not await bus.records(bus.world.topology.dlq_topic("fallen"))
    failed = [r for r in requests(bus, "fallen") if r.status == 500]
    assert len(failed) < 3 * len(sent)
    assert len(bus.accepted("/fallen")) == len(sent)


async def test_last_attempt_in_an_outage_is_given_back(bus: Bus) -> None:
    """With one event and one tier, too, an outage dead-letters nothing."""
    bus.receiver.behave("/lonely", Behaviour(status=503))
    await subscribe(bus, "lonely", retry=("short",))
    few = [order_event("lonely", number) for number in range(5)]
    await bus.produce(few)
    # One more than the first attempts is a probe: the last attempt of its delivery.
    await received(bus, "lonely", len(few) + 3)
    bus.receiver.behave("/lonely", Behaviour())
    await wait_until(
        lambda: len(set(bus.accepted("/lonely"))) == len(few), 30, "all accepted"
    )
    assert not await bus.records(bus.world.topology.dlq_topic("lonely"))


async def test_removal_dead_letters_what_waits(
    bus: Bus, removal: "asyncio.Task[Removed]"
) -> None:
    """Removing says what was pending, and moves it to the dead letters."""
    removed = await asyncio.wait_for(removal, patience(60))
    assert (removed.pending, removed.dlq_kept) == (3, True)
    letters = await dead_letters(bus, "leaver", 3)
    assert {state.reason for _, state in letters} == {Reason.REMOVED}
    retry = bus.world.topology.retry_topic("leaver", "30s")
    assert retry not in await bus.world.topics.names()


async def test_walk_through_the_tiers(bus: Bus, walker: Event) -> None:
    """Attempts come 1, 5 and 30 s after the one before, never early; then a letter."""
    got = await received(bus, "walker", 4, within_s=60)
    assert {r.webhook_id for r in got} == {walker.id}
    topology = bus.world.topology
    for attempt, tier in zip(got[1:], ("1s", "5s", "30s"), strict=True):
        (hop,) = await bus.records(topology.retry_topic("walker", tier))
        due_s = hop.timestamp_ms / 1000 + topology.tiers[tier]
        assert 0 <= attempt.at_ns / 1e9 - due_s < patience(_TOLERANCE_S), tier
    ((_, state),) = await dead_letters(bus, "walker", 1)
    assert (state.reason, state.attempts, state.detail) == (Reason.EXHAUSTED, 4, "500")
