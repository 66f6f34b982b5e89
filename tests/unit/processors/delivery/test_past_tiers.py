"""A tier that a subscription has given up is read until the subscription is gone."""

import pytest

from bus.adapters.memory.sender import After
from bus.delivery.subscription import Subscription
from bus.delivery.succession import following
from bus.ports import Answer
from bus.record import Message, TopicPartition
from processors.delivery.engine import Engine
from tests.support.engine import MemoryBus, url

FAILED = Answer(500)


@pytest.fixture
def bus() -> MemoryBus:
    """A fresh bus."""
    return MemoryBus()


def retry_by(bus: MemoryBus, engine: Engine, old: Subscription, *tiers: str) -> None:
    """Change `retry`, as a process learns of it."""
    new = following(old.model_copy(update={"retry": tiers}), old)
    for topic in bus.topology.topics_of(new):
        bus.broker.create(topic)
    engine.changed(old, new)
    engine.follow_topics()
    bus.subscriptions[old.id] = new


async def test_what_waits_in_a_tier_given_up_is_delivered(bus: MemoryBus) -> None:
    """At its delay, then by the new schedule; by a process started later as well."""
    erp = bus.subscribe("erp", retry=["30s", "5s"])
    bus.sender.always(url("erp"), FAILED)
    async with bus.running() as engine:
        event = await bus.produce()
        await bus.clock.advance(1)
        retry_by(bus, engine, erp, "1s", "1s")
    bus.sender.then(url("erp"), FAILED, Answer(200))
    async with bus.running():
        await bus.clock.advance(60)
        assert bus.ids("erp") == [event.id] * 3
        assert [hop.attempts for hop in bus.hops("erp", "1s")] == [2]
        tier = TopicPartition(bus.topology.retry_topic("erp", "30s"), 0)
        assert bus.committed("retry", tier) == 1


async def test_attempt_under_way_takes_the_new_schedule(bus: MemoryBus) -> None:
    """Where it goes is decided when it has failed, not when it began."""
    erp = bus.subscribe("erp", retry=["30s"])
    bus.sender.always(url("erp"), After(3, FAILED))
    async with bus.running() as engine:
        await bus.produce()
        await bus.clock.advance(1)
        retry_by(bus, engine, erp, "5s")
        await bus.clock.advance(4)
        assert len(bus.hops("erp", "5s")) == 1
        assert not bus.hops("erp", "30s")


async def test_what_another_process_still_moves_there_is_delivered(
    bus: MemoryBus,
) -> None:
    """A process that has not heard of the change goes by the old schedule."""
    erp = bus.subscribe("erp", retry=["5s"])
    bus.sender.always(url("erp"), FAILED)
    async with bus.running() as engine:
        event = await bus.produce()
        await bus.clock.advance(1)
        retry_by(bus, engine, erp, "1s")
        await bus.clock.advance(1)
        (hop,) = bus.records(bus.topology.retry_topic("erp", "5s"))
        bus.broker.append(Message(hop.topic, hop.key, hop.value, hop.headers))
        bus.sender.always(url("erp"), Answer(200))
        await bus.clock.advance(10)
        assert bus.ids("erp") == [event.id] * 3
        assert bus.committed("retry", hop.topic_partition) == 2
