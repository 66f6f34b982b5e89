"""Where the projector begins: where the log stands, whatever has happened to it."""

from bus.record import TopicPartition
from bus.topics.topic import TopicState
from processors.telemetry import log_names as names
from tests.support.projecting import GROUP, QUICK_S, ProjectedBus, noted, some


async def test_the_next_one_begins_where_the_log_stands(bus: ProjectedBus) -> None:
    """Not where the group committed: that is only told to those who look."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    for tp in bus.broker.group(GROUP).positions:
        bus.broker.group(GROUP).positions.pop(tp)
        break
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    assert bus.places() == bus.expected()


async def test_what_kafka_deleted_is_told_and_passed_once(bus: ProjectedBus) -> None:
    """A projector that was off for too long says what the log will never have."""
    await some(bus, 40)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    await some(bus, 40)
    tp = TopicPartition("oms.order", 0)
    end = bus.broker.log(tp).end
    read = (await bus.log.positions([tp]))[tp].next_offset
    assert read < end - 1
    bus.broker.expire(tp, end - 1)
    for _ in range(2):
        async with bus.projecting():
            await bus.clock.advance(QUICK_S)
    assert [told["lost"] for told in noted(bus, names.EXPIRED)] == [end - 1 - read]
    assert bus.observer.expiries == []  # that would be said of deliveries
    everything = bus.expected()
    assert [at for at in bus.places() if at.offset >= read] == [
        at for at in everything if at.offset >= read
    ]


async def test_a_topic_made_anew_is_read_from_its_beginning(bus: ProjectedBus) -> None:
    """Its offsets are those of other records now, whether it is seen or not."""
    await some(bus, 30)
    before = [row for row in bus.records_read() if row.topic == "oms.order"]

    def make_anew() -> None:
        bus.broker.delete("oms.order")
        bus.broker.create(TopicState("oms.order", 6, 1, {}))

    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    make_anew()
    await some(bus, 20)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
        assert len(bus.places()) == len(before) + len(bus.expected())
        again = len([r for r in bus.records_read() if r.topic == "oms.order"])
        make_anew()
        await some(bus, 10)
        await bus.clock.advance(QUICK_S)
        assert len(bus.places()) == len(before) + again + len(bus.expected())


async def test_a_log_that_was_cleared_is_read_again(bus: ProjectedBus) -> None:
    """While the projector runs: it notices, and begins from the first record."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
        await bus.log.clear()
        await bus.clock.advance(5)
        assert bus.places() == bus.expected()
        await some(bus)
        await bus.clock.advance(QUICK_S)
        assert bus.places() == bus.expected()
    assert noted(bus, names.REWOUND)


async def test_a_log_that_was_restored_is_read_on_from_there(
    bus: ProjectedBus,
) -> None:
    """An older copy stands further back."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
        tps = bus.broker.partitions(bus.declared)
        rows, stood = len(bus.log.rows), await bus.log.positions(tps)
        await some(bus)
        await bus.clock.advance(QUICK_S)
        bus.log.restore(rows, stood)
        await bus.clock.advance(5)
        assert bus.places() == bus.expected()


async def test_a_family_that_is_declared_no_more_leaves_no_lag(
    bus: ProjectedBus,
) -> None:
    """While its topic is there it is read on; when it is gone, it is forgotten."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    bus.declared.discard("oms.order")
    async with bus.projecting():
        await bus.clock.advance(60)
        read_to_us = await bus.log.read_to_us() or 0
        assert bus.clock.now() - read_to_us / 1e6 < 4
    bus.broker.delete("oms.order")
    async with bus.projecting():
        await bus.clock.advance(60)
        read_to_us = await bus.log.read_to_us() or 0
        assert bus.clock.now() - read_to_us / 1e6 < 4


async def test_a_log_that_is_begun_does_not_call_itself_complete(
    bus: ProjectedBus,
) -> None:
    """What was never read counts as never read, however idle the others are."""
    await some(bus, 30)
    bus.schemas.away = True  # so that attempts and events wait, and acks do not
    async with bus.projecting():
        await bus.clock.advance(10)
        assert bus.places()
        assert bus.places() != bus.expected()
        assert await bus.log.read_to_us() == 0
        bus.schemas.away = False
        await bus.clock.advance(20)
        assert bus.places() == bus.expected()
        read_to_us = await bus.log.read_to_us() or 0
        assert bus.clock.now() - read_to_us / 1e6 < 4


async def test_one_killed_before_it_read_anything_has_lost_nothing(
    bus: ProjectedBus,
) -> None:
    """What Kafka had deleted before the log was begun is no loss of the log's."""
    await some(bus, 30)
    for tp in bus.broker.partitions(["oms.order"]):
        bus.broker.expire(tp, min(2, bus.broker.log(tp).end))
    bus.schemas.away = True
    async with bus.projecting():
        await bus.clock.advance(10)
    bus.schemas.away = False
    async with bus.projecting():
        await bus.clock.advance(20)
        assert bus.places() == bus.expected()
    assert noted(bus, names.EXPIRED) == []
