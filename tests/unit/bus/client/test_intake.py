"""What a consumer has in hand, through assignments and losses."""

import asyncio

import pytest

from bus.client.intake import Intake, Taken
from bus.record import Commit, Expired, Record, TopicPartition
from tests.support.pace import patience

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)
NOWHERE = Commit(-1)


def record(offset: int, partition: int = 0) -> Record:
    """A record of the topic."""
    return Record("t", partition, offset, 0, b"k", b"v")


async def opened(limit: int = 100, drain_s: float = 0.05) -> Intake:
    """An intake with both partitions and three records in the first."""
    intake = Intake(limit, drain_s)
    await intake.assigned({ONE: NOWHERE, TWO: NOWHERE})
    intake.records([record(0), record(1), record(2)])
    return intake


async def taken(intake: Intake) -> Taken:
    """The next one; there must be one."""
    async with asyncio.timeout(patience(10)):
        next_ = await intake.take()
    assert next_ is not None
    return next_


async def test_what_is_settled_is_committed_once() -> None:
    """Up to the first unsettled one, and not again without news."""
    intake = await opened()
    first, second = await taken(intake), await taken(intake)
    intake.settle(second)
    assert intake.commits()[ONE].offset == 0
    intake.settle(first)
    assert intake.commits()[ONE].offset == 2
    assert intake.commits() == {}
    intake.not_committed([ONE, TWO])
    assert intake.commits()[ONE].offset == 2


async def test_a_commit_tells_the_next_owner_what_is_settled() -> None:
    """What was settled beyond the committed offset is not handed out again."""
    intake = await opened()
    await taken(intake)
    intake.settle(await taken(intake))
    left = (await intake.revoked([ONE]))[ONE]
    assert left.offset == 0

    heir = Intake(100, 0.05)
    await heir.assigned({ONE: left})
    heir.records([record(0), record(1), record(2)])
    offsets = [(await taken(heir)).record.offset for _ in range(2)]
    assert offsets == [0, 2]


async def test_a_partition_that_goes_waits_for_what_is_in_hand() -> None:
    """Its commit covers what was settled while it waited."""
    intake = await opened(drain_s=5)
    in_hand = await taken(intake)
    revoking = asyncio.create_task(intake.revoked([ONE]))
    await asyncio.wait({revoking}, timeout=0.02)
    assert not revoking.done()
    intake.settle(in_hand)
    assert (await revoking)[ONE] == Commit(1)


async def test_what_is_settled_meanwhile_is_committed_at_once() -> None:
    """A consumer killed late in such a wait repeats no more than at another time."""
    intake = await opened(drain_s=5)
    first, second = await taken(intake), await taken(intake)
    revoking = asyncio.create_task(intake.revoked([ONE]))
    await asyncio.wait({revoking}, timeout=0.02)
    intake.settle(first)
    assert intake.commits()[ONE].offset == 1
    assert intake.commits() == {}
    intake.not_committed([ONE])
    assert intake.commits()[ONE].offset == 1
    intake.settle(second)
    assert (await revoking)[ONE] == Commit(2)
    assert intake.commits() == {}


async def test_the_wait_is_bounded() -> None:
    """Who never settles does not hold a rebalance up; it comes again elsewhere."""
    intake = await opened(drain_s=0.01)
    await taken(intake)
    assert (await intake.revoked([ONE]))[ONE].offset == 0


async def test_nothing_of_a_partition_that_went_is_handed_out() -> None:
    """Even when it has come back: what it brings is fetched again."""
    intake = await opened()
    await taken(intake)
    intake.lost([ONE])
    await intake.assigned({ONE: NOWHERE})
    intake.records([record(0)])
    assert (await taken(intake)).record.offset == 0
    waiting = asyncio.create_task(intake.take())
    await asyncio.wait({waiting}, timeout=0.02)
    assert not waiting.done()
    intake.close()
    assert await waiting is None


async def test_settling_too_late_changes_nothing() -> None:
    """A late word neither reaches the new owner's books nor the count."""
    intake = await opened(limit=1)
    late = await taken(intake)
    assert not intake.has_room()
    intake.lost([ONE])
    assert intake.has_room()
    await intake.assigned({ONE: NOWHERE})
    intake.settle(late)
    assert intake.commits() == {}
    intake.records([record(0)])
    await taken(intake)
    assert not intake.has_room()


async def test_the_limit_counts_what_is_fetched_and_not_settled() -> None:
    """Taking makes no room, settling does; settling twice does not make more."""
    intake = await opened(limit=3)
    first, second = await taken(intake), await taken(intake)
    assert not intake.has_room()
    intake.settle(first)
    intake.settle(first)
    assert intake.has_room()
    intake.records([record(3)])
    assert not intake.has_room()
    intake.settle(second)
    assert intake.has_room()


async def test_what_is_given_back_comes_next() -> None:
    """And once only."""
    intake = await opened()
    first = await taken(intake)
    intake.give_back(first)
    offsets = [(await taken(intake)).record.offset for _ in range(3)]
    assert offsets == [0, 1, 2]
    intake.settle(first)
    assert intake.commits()[ONE].offset == 1


async def test_records_of_nobodys_partition_are_dropped() -> None:
    """What arrives after a partition went is somebody else's."""
    intake = await opened()
    await intake.revoked([ONE])
    intake.records([record(3)])
    intake.records([record(0, partition=1)])
    assert (await taken(intake)).record.topic_partition == TWO


@pytest.mark.parametrize("waiting_first", [True, False])
async def test_closing_ends_the_taking(*, waiting_first: bool) -> None:
    """Who waits and who comes later hear the same; a drain is cut short."""
    intake = await opened(drain_s=60)
    await taken(intake)
    revoking = asyncio.create_task(intake.revoked([ONE]))
    await asyncio.wait({revoking}, timeout=0.01)
    waiting = [asyncio.create_task(intake.take())] if waiting_first else []
    await asyncio.wait({*waiting, revoking}, timeout=0.01)
    intake.close()
    async with asyncio.timeout(patience(10)):
        assert await intake.take() is None
        for task in waiting:
            assert await task is None
        await revoking


async def test_what_kafka_deleted_is_told_in_its_place() -> None:
    """Behind what was fetched before it; the group goes on where the log begins."""
    told: list[tuple[Expired, int]] = []
    intake = Intake(100, 0.05, lambda *gone: told.append(gone))
    await intake.assigned({ONE: Commit(0)})
    intake.records([record(0)])
    intake.expired(Expired(ONE, 5))
    intake.records([record(5)])
    first = await taken(intake)
    assert told == []
    intake.settle(first)
    assert intake.commits()[ONE].offset == 1
    intake.settle(await taken(intake))
    assert told == [(Expired(ONE, 5), 4)]
    assert intake.commits()[ONE].offset == 6


async def test_deletions_of_partitions_that_went_are_not_told() -> None:
    """Their next owner tells."""
    told: list[tuple[Expired, int]] = []
    intake = Intake(100, 0.05, lambda *gone: told.append(gone))
    await intake.assigned({ONE: Commit(0), TWO: Commit(0)})
    intake.expired(Expired(ONE, 5))
    intake.lost([ONE])
    intake.expired(Expired(ONE, 5))
    intake.expired(Expired(TWO, 2))
    intake.records([record(2, partition=1)])
    assert (await taken(intake)).record.partition == 1
    assert told == [(Expired(TWO, 2), 2)]
