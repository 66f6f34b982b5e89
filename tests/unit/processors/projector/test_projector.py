"""The projector on a broker in memory: each record is in the log once."""

from bus.log.rows import AckRow, AttemptRow, EventRow
from bus.record import Message, TopicPartition
from processors.telemetry import log_names as names
from tests.support.projecting import GROUP, QUICK_S, ProjectedBus, noted, some


async def test_every_record_becomes_a_row(bus: ProjectedBus) -> None:
    """Events, attempts and acks, what was there before and what comes."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
        assert bus.places() == bus.expected()
        await some(bus)
        await bus.clock.advance(QUICK_S)
        assert bus.places() == bus.expected()
    kinds = {type(row) for row in bus.log.rows}
    assert kinds == {EventRow, AttemptRow, AckRow}


async def test_the_group_is_told_how_far_it_is(bus: ProjectedBus) -> None:
    """So that Kafka's own tools show the lag."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(2 * QUICK_S)
        for tp in bus.broker.partitions(bus.declared):
            assert bus.committed(GROUP, tp) == bus.broker.log(tp).end


async def test_a_record_that_cannot_be_decoded_costs_itself(
    bus: ProjectedBus,
) -> None:
    """It is counted, and told once a topic and reason."""
    await some(bus)
    odd = [
        bus.broker.append(Message(topic, b"k", value))
        for topic in ("oms.order", "bus.attempts", "bus.attempts")
        for value in (b"garbage", b"")
    ]
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    places = {(w.topic, w.partition, w.offset) for w in odd}
    assert bus.places() == [at for at in bus.expected() if at not in places]
    skipped = [m for m in bus.observer.measures if m[0] == names.SKIPPED]
    assert len(skipped) == len(odd)
    assert len(noted(bus, names.UNDECODED)) == 4


async def test_a_schema_that_is_away_holds_its_partition_only(
    bus: ProjectedBus,
) -> None:
    """Others go on; what waits comes in its order, and the lag says so."""
    await bus.produce("SO-0")
    async with bus.projecting() as projector:
        await bus.clock.advance(QUICK_S)
        bus.schemas.away = True
        good = bus.records("oms.order")[0]
        value = b"\x00" + (77).to_bytes(4, "big") + (good.value or b"")[5:]
        stuck = bus.broker.append(Message("oms.order", b"k", value, good.headers))
        await bus.ack("0" * 32)
        await bus.clock.advance(60)
        assert len(bus.places()) == 2
        assert f"oms.order/{stuck.partition} waits for schema" in str(
            projector.behind()
        )
        bus.schemas.away = False
        bus.schemas.hold(77)
        await bus.clock.advance(20)
        assert bus.places() == bus.expected()
        assert projector.behind() is None


async def test_idle_partitions_are_read_to_now(bus: ProjectedBus) -> None:
    """The log is not behind because nothing happens."""
    await some(bus)
    async with bus.projecting() as projector:
        await bus.clock.advance(600)
        assert (projector.lag_s() or 0) < 3
        read_to_us = await bus.log.read_to_us() or 0
        assert bus.clock.now() - read_to_us / 1e6 < 4
    assert bus.log.writes < 2 * 600


async def test_without_kafka_nobody_claims_to_be_up_to_date(bus: ProjectedBus) -> None:
    """The lag grows while nobody knows what is there to read."""
    await some(bus)
    async with bus.projecting() as projector:
        await bus.clock.advance(QUICK_S)
        bus.broker.down()
        await bus.clock.advance(600)
        assert (projector.lag_s() or 0) > 590
        bus.broker.up()
        await bus.clock.advance(5)
        assert (projector.lag_s() or 0) < 5


async def test_markers_of_transactions_leave_no_lag(bus: ProjectedBus) -> None:
    """They take offsets that nobody reads, at the end of a partition, too."""
    await some(bus)
    async with bus.projecting() as projector:
        await bus.clock.advance(QUICK_S)
        tp = TopicPartition("oms.order", 0)
        bus.broker.log(tp).leave_gap(1)
        await bus.clock.advance(600)
        assert (projector.lag_s() or 0) < 5
        await some(bus, 30)
        await bus.clock.advance(QUICK_S)
        assert bus.places() == bus.expected()
