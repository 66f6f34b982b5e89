"""Each row is in the log exactly once, whoever writes it how often."""

import asyncio

import pytest

from bus.errors import LogOvertakenError
from bus.log.positions import NOWHERE
from bus.log.questions import AttemptQuestion, DeliveryQuestion, EventQuestion, Paging
from bus.log.rows import Advance, Position, Row
from bus.record import TopicPartition
from tests.contract.log.rows import (
    ATTEMPTS,
    NOW_US,
    AnyLog,
    advances,
    attempt,
    event,
    failed,
    write,
)

PARTITION = TopicPartition(ATTEMPTS, 0)


async def _attempts(log: AnyLog) -> list[int]:
    page = await log.attempts(AttemptQuestion(), Paging(250))
    return sorted(row.at.offset for row in page.rows)


async def _counted(log: AnyLog) -> int:
    minutes = await log.minutes(None, 0, NOW_US * 2)
    return sum(minute.accepted + minute.failed for minute in minutes)


async def test_a_batch_whose_answer_was_lost_may_be_written_again(log: AnyLog) -> None:
    """The same call twice leaves one of each row, roll-ups and positions included."""
    rows: list[Row] = [event(0), attempt(0), attempt(1)]
    await log.write(rows, advances(rows), NOW_US)
    await log.write(rows, advances(rows), NOW_US)
    assert await _attempts(log) == [0, 1]
    assert len((await log.events(EventQuestion(), Paging())).rows) == 1
    assert await _counted(log) == 2


async def test_rows_below_the_position_are_dropped(log: AnyLog) -> None:
    """A batch that begins too early, as after a rebalance, adds what is new."""
    await write(log, attempt(0), attempt(1))
    again = [attempt(1), attempt(2)]
    await log.write(again, advances(again, before=2), NOW_US)
    assert await _attempts(log) == [0, 1, 2]
    assert await _counted(log) == 3


async def test_an_owner_that_was_overtaken_writes_nothing(log: AnyLog) -> None:
    """No row, no count, no open delivery: not even of partitions that are still its."""
    await write(log, attempt(0))
    late = [attempt(0, at=attempt(0).at._replace(partition=1)), failed(5)]
    moves = [
        Advance(TopicPartition(ATTEMPTS, 1), -1, 1, NOW_US),
        Advance(PARTITION, 0, 6, NOW_US),
    ]
    with pytest.raises(LogOvertakenError):
        await log.write(late, moves, NOW_US)
    assert await _attempts(log) == [0]
    assert await _counted(log) == 1
    assert not (await log.deliveries(DeliveryQuestion(), Paging())).rows
    assert list(await log.positions([m.partition for m in moves])) == [PARTITION]


async def test_of_two_that_begin_one_is_overtaken(log: AnyLog) -> None:
    """Who finds no position says so; where there is one by then, it is too late."""
    await write(log, attempt(0))
    rows = [attempt(0), attempt(1)]
    with pytest.raises(LogOvertakenError):
        await log.write(rows, advances(rows), NOW_US)
    assert await _attempts(log) == [0]


async def test_of_many_at_once_one_writes(log: AnyLog) -> None:
    """Whoever comes second is overtaken, or finds its batch there."""
    batches = [[attempt(0), attempt(1)], [attempt(0)], [attempt(n) for n in range(3)]]
    tries = [log.write(rows, advances(rows), NOW_US) for rows in batches * 3]
    said = await asyncio.gather(*tries, return_exceptions=True)
    assert all(one is None or isinstance(one, LogOvertakenError) for one in said)
    found = await _attempts(log)
    assert found in [[0], [0, 1], [0, 1, 2]]
    assert await _counted(log) == len(found)


async def test_of_two_owners_at_once_each_row_comes_from_one(
    log: AnyLog, other: AnyLog
) -> None:
    """Both write all of a partition, in batches of their own; nothing twice."""
    await asyncio.gather(_own(log, 7), _own(other, 5))
    assert await _attempts(log) == list(range(60))
    assert await _counted(other) == 60


async def _own(log: AnyLog, batch: int) -> None:
    """Write the partition to its end; begin anew where overtaken."""
    stands = NOWHERE
    while stands < 60:
        first = max(stands, 0)
        rows = [attempt(n) for n in range(first, min(first + batch, 60))]
        try:
            await log.write(rows, advances(rows, stands), NOW_US)
            stands = first + len(rows)
        except LogOvertakenError:
            found = await log.positions([PARTITION])
            stands = found[PARTITION].next_offset


async def test_a_topic_made_anew_begins_again(log: AnyLog) -> None:
    """Its offsets come again: they are other records."""
    rows = [attempt(0), attempt(1)]
    first = Advance(PARTITION, -1, 2, NOW_US, "one")
    await log.write(rows, [first], NOW_US)
    anew = [attempt(0), attempt(1), attempt(2)]
    await log.write(anew, [Advance(PARTITION, 2, 3, NOW_US, "two")], NOW_US)
    assert await _attempts(log) == [0, 0, 1, 1, 2]
    shorter = [attempt(0)]
    await log.write(shorter, [Advance(PARTITION, 3, 1, NOW_US, "three")], NOW_US)
    assert await _attempts(log) == [0, 0, 0, 1, 1, 2]
    assert (await log.positions([PARTITION]))[PARTITION] == Position(1, NOW_US, "three")


async def test_looking_without_finding_moves_the_time(log: AnyLog) -> None:
    """An advance without rows says how far was read; the slowest partition counts."""
    assert await log.read_to_us() is None
    await write(log, attempt(0))
    await log.write([], [Advance(PARTITION, 1, 1, NOW_US + 7)], NOW_US)
    assert await log.read_to_us() == NOW_US + 7
    other = TopicPartition(ATTEMPTS, 1)
    await log.write([], [Advance(other, -1, 0, NOW_US + 3)], NOW_US)
    assert await log.read_to_us() == NOW_US + 3
    await log.forget([other])
    assert await log.read_to_us() == NOW_US + 7


async def test_a_cleared_log_is_rebuilt_from_the_beginning(log: AnyLog) -> None:
    """Who was writing is overtaken, and begins where nothing stands."""
    await write(log, event(0), attempt(0), failed(1))
    await log.clear()
    assert await _attempts(log) == []
    assert await _counted(log) == 0
    assert not await log.event(event(0).event_id)
    rows = [attempt(2)]
    with pytest.raises(LogOvertakenError):
        await log.write(rows, advances(rows, before=2), NOW_US)
    assert await log.positions([PARTITION]) == {}
    await write(log, attempt(0), failed(1))
    assert await _attempts(log) == [0, 1]


async def test_a_row_of_no_advance_is_a_mistake(log: AnyLog) -> None:
    """A batch says of each of its partitions how far it goes."""
    with pytest.raises(ValueError, match="without an advance"):
        await log.write([attempt(0)], [], NOW_US)
