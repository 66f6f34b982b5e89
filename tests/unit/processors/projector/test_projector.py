"""The projector on a broker in memory: each record is in the log once."""

from datetime import UTC, datetime

import pytest

from bus.log.rows import AckRow, Advance, AttemptRow, EventRow
from bus.record import Message, TopicPartition
from bus.samples.lifecycles import sample
from bus.topics.topic import TopicState
from processors.projector.intake import IntakeLimits
from processors.projector.rows import event_row
from processors.projector.run import ProjectorPolicy
from processors.telemetry import log_names as names
from processors.telemetry import names as common
from tests.support.projecting import GROUP, ProjectedBus

QUICK_S = 2.0
EVENT = sample("order.updated", 1, datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
async def bus() -> ProjectedBus:
    """A bus with nothing on it."""
    return ProjectedBus()


def noted(bus: ProjectedBus, name: str) -> list[dict[str, object]]:
    """What was said under a name."""
    return [fields for said, fields in bus.observer.notes if said == name]


async def some(bus: ProjectedBus, count: int = 10) -> None:
    """Write a few events, attempts and acks."""
    for n in range(count):
        await bus.produce(f"SO-{n}")
        await bus.attempt(f"SO-{n}")
        await bus.ack(f"{n:032x}")


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


async def test_the_group_is_told_how_far_it_is(bus: ProjectedBus) -> None:
    """So that Kafka's own tools show the lag."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(2 * QUICK_S)
        for tp in bus.broker.partitions(bus.declared):
            assert bus.committed(GROUP, tp) == bus.broker.log(tp).end


async def test_a_database_that_is_away_is_waited_for(bus: ProjectedBus) -> None:
    """For an hour: nothing lost, nothing twice, and it is told once."""
    async with bus.projecting() as projector:
        await some(bus)
        await bus.clock.advance(QUICK_S)
        bus.log.away = "connection refused"
        await some(bus)
        await bus.clock.advance(3600)
        assert "connection refused" in str(projector.away.said())
        tried = bus.log.writes
        await bus.clock.advance(60)
        assert bus.log.writes - tried <= 10
        assert (projector.lag_s() or 0) > 3600
        bus.log.away = ""
        await some(bus)
        await bus.clock.advance(20)
        assert bus.places() == bus.expected()
        assert projector.away.said() is None
        assert (projector.lag_s() or 0) < 3
    assert len(noted(bus, names.AWAY)) == len(noted(bus, names.BACK)) == 1


async def test_it_starts_without_a_database(bus: ProjectedBus) -> None:
    """And begins when there is one."""
    bus.log.away = "connection refused"
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(600)
        assert bus.places() == []
        bus.log.away = ""
        await bus.clock.advance(20)
        assert bus.places() == bus.expected()


async def test_partitions_that_come_while_it_is_away_are_not_guessed_at(
    bus: ProjectedBus,
) -> None:
    """Where the log stands is not known then: they are read when it says so."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    bus.broker.create(TopicState("oms.returns", 2, 1, {}))
    async with bus.projecting() as projector:
        await bus.clock.advance(QUICK_S)
        bus.log.away = "connection refused"
        projector.add_sources(["oms.returns"])
        bus.declared.add("oms.returns")
        value = bus.records("oms.order")[0]
        bus.broker.append(Message("oms.returns", b"SO-1", value.value, value.headers))
        await bus.clock.advance(60)
        bus.log.away = ""
        await bus.clock.advance(30)
        assert bus.places() == bus.expected()
    assert noted(bus, names.OVERTAKEN) == []  # nothing was read again


async def test_a_batch_without_an_answer_is_not_written_twice(
    bus: ProjectedBus,
) -> None:
    """The database took it, and the connection broke before it said so."""
    async with bus.projecting():
        await some(bus)
        bus.log.unanswered = 1
        await bus.clock.advance(20)
        assert bus.places() == bus.expected()
        await some(bus)
        await bus.clock.advance(QUICK_S)
        assert bus.places() == bus.expected()


async def test_a_row_that_is_never_taken_costs_itself(bus: ProjectedBus) -> None:
    """It is told with its place, counted, and left out; others are written."""
    bus.log.refuses = lambda row: isinstance(row, AttemptRow) and row.status == 666
    await some(bus, 20)
    await bus.attempt("SO-X", status=666)
    await some(bus, 20)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
    (told,) = noted(bus, names.ROW_REFUSED)
    missing = set(bus.expected()) - set(bus.places())
    assert [str(place) for place in missing] == [told["record"]]
    assert len(bus.places()) == len(bus.expected()) - 1
    assert (names.SKIPPED, 1, "refused") in bus.observer.measures


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
    lost = [lost for group, _, lost, _ in bus.observer.expiries if group == GROUP]
    assert lost == [end - 1 - read]
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


async def test_a_revoke_waits_for_what_the_database_is_doing(
    bus: ProjectedBus,
) -> None:
    """The next owner then begins behind it; and what comes late changes nothing."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
        bus.log.frozen.clear()
        await some(bus)
        await bus.clock.advance(1)
        async with bus.projecting():
            await bus.clock.advance(1)
            bus.log.frozen.set()
            await bus.clock.advance(10)
            assert bus.places() == bus.expected()
    assert noted(bus, names.OVERTAKEN) == []


async def test_two_owners_never_write_a_row_twice(bus: ProjectedBus) -> None:
    """One that drained for too long, with a write under way, and its successor."""
    await some(bus)
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
        bus.log.frozen.clear()
        await some(bus, 50)
        await bus.clock.advance(1)
        async with bus.projecting():
            await bus.clock.advance(30)
            await some(bus, 50)
            await bus.clock.advance(1)
            bus.log.frozen.set()
            await bus.clock.advance(30)
            assert bus.places() == bus.expected()
    assert noted(bus, names.OVERTAKEN)


async def test_what_another_owner_wrote_is_not_written_again(
    bus: ProjectedBus,
) -> None:
    """Though it lies before this one in memory, in several batches."""
    policy = ProjectorPolicy(limits=IntakeLimits(batch=3))
    async with bus.projecting(policy):
        await bus.clock.advance(QUICK_S)
        await some(bus, 40)
        stands = await bus.log.positions(bus.broker.partitions(bus.declared))
        rows = [event_row(r, EVENT) for r in bus.records("oms.order")]
        ends = {tp: bus.broker.log(tp).end for tp in stands if tp.topic == "oms.order"}
        advances = [
            Advance(tp, stands[tp].next_offset, end, 1, stands[tp].topic_id)
            for tp, end in ends.items()
        ]
        await bus.log.write(rows, advances, round(bus.clock.now() * 1e6))
        await bus.clock.advance(30)
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


async def test_a_bug_in_the_store_loses_nothing(
    bus: ProjectedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is told with its traceback, and tried again."""
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)

        async def broken(*_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr(bus.log, "write", broken)
            await some(bus)
            await bus.clock.advance(60)
        await bus.clock.advance(20)
        assert bus.places() == bus.expected()
    assert len(noted(bus, common.BUG)) == 1
