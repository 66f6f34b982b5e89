"""What a stop of convert waits for."""

from dataclasses import replace

from bus.adapters.memory import Fault
from bus.record import Message
from processors.convert.outgoing import MOST_UNDER_WAY
from processors.telemetry import convert_names as names
from tests.support.converting import World, order


async def test_submissions_under_way_are_counted() -> None:
    """Until they are told; what a stop finds refused is left to whoever comes."""
    world = World()
    raw = world.topology.raw_topic("mine")
    async with world.running():
        world.broker.faults = lambda m: None if m.topic == raw else Fault.REFUSE
        world.send(order(1))
        world.send(order(2))
        await world.clock.advance(1)
        assert world.observer.read(names.IN_FLIGHT) == {"": 2.0}
    assert world.observer.read(names.IN_FLIGHT) == {"": 0.0}
    assert world.unsettled() == 2
    world.broker.faults = lambda _: None
    await world.converts()
    assert world.observer.read(names.IN_FLIGHT) == {"": 0.0}
    assert len(world.told()) == 2


async def test_what_has_not_begun_is_left_to_others() -> None:
    """While Kafka is away few are with its client, which would write them too late."""
    world = World()
    tried = set()

    def away(message: Message) -> Fault | None:
        if message.topic == world.topology.raw_topic("mine"):
            return None
        if message.topic == "oms.intake":
            tried.add(message.key)
        return Fault.REFUSE

    async with world.running():
        world.broker.faults = away
        for number in range(MOST_UNDER_WAY + 100):
            world.send(order(number))
        await world.clock.advance(1)
        assert len(tried) == MOST_UNDER_WAY
    assert len(tried) == MOST_UNDER_WAY
    world.broker.faults = lambda _: None
    await world.converts()
    assert len(world.told()) == MOST_UNDER_WAY + 100


async def test_nothing_is_too_large_to_be_parked() -> None:
    """Names of any length are cut short where Kafka takes them not: others go on."""
    world = World()
    for topic in ("oms.intake", "intake.parked"):
        made = world.broker.topics[topic]
        config = {**made.config, "max.message.bytes": "20000"}
        world.broker.topics[topic] = replace(made, config=config)
    world.send(order("9" * 30_000, note="n" * 30_000))
    world.send(order(2))
    await world.converts(60)
    assert [one.data["order_id"] for one in world.told()] == ["shop.mine.2"]
    (item,) = world.parked()
    assert item.payload is None
    assert item.order_id.startswith("shop.mine.999")
    assert len(item.order_id) < 1_000
    assert [one.code for one in item.findings] == ["not_published"]
    assert world.unsettled() == 0
