"""The projector and a database that fails, or that others write to."""

from datetime import UTC, datetime

import pytest

from bus.log.rows import Advance, AttemptRow
from bus.record import Message
from bus.samples.lifecycles import sample
from bus.topics.topic import TopicState
from processors.projector.intake import IntakeLimits
from processors.projector.rows import event_row
from processors.projector.run import ProjectorPolicy
from processors.telemetry import log_names as names
from processors.telemetry import names as common
from tests.support.projecting import QUICK_S, ProjectedBus, noted, some

EVENT = sample("order.updated", 1, datetime(2026, 1, 2, tzinfo=UTC))


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
        rows = [event_row(r, EVENT, 0) for r in bus.records("oms.order")]
        ends = {tp: bus.broker.log(tp).end for tp in stands if tp.topic == "oms.order"}
        advances = [
            Advance(tp, stands[tp].next_offset, end, 1, stands[tp].topic_id)
            for tp, end in ends.items()
        ]
        await bus.log.write(rows, advances, round(bus.clock.now() * 1e6))
        await bus.clock.advance(30)
        assert bus.places() == bus.expected()


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


async def test_a_slow_database_is_given_less_at_a_time(bus: ProjectedBus) -> None:
    """A batch that it cannot write in time would else be tried for ever."""
    await some(bus, 400)
    bus.log.most = 250
    async with bus.projecting():
        await bus.clock.advance(120)
        assert bus.places() == bus.expected()


async def test_rows_that_the_database_was_given_are_counted(bus: ProjectedBus) -> None:
    """What a stop waits for, while it takes its time."""
    async with bus.projecting():
        await bus.clock.advance(QUICK_S)
        bus.log.frozen.clear()
        await some(bus)
        await bus.clock.advance(QUICK_S)
        assert bus.observer.read(names.IN_FLIGHT) == {"": 10.0}
        bus.log.frozen.set()
        await bus.clock.advance(QUICK_S)
        assert bus.observer.read(names.IN_FLIGHT) == {"": 0.0}
    assert bus.places() == bus.expected()
