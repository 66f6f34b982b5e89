"""The engine: what it commits, when it waits, whom it fences."""

import asyncio
from collections.abc import Sequence

import pytest
from typing_extensions import override

from bus.adapters.memory import settle
from bus.delivery.incarnation import unstamped
from bus.delivery.offsets import Ledger
from bus.ports import PartitionChange
from bus.record import Commit, Record
from processors.delivery.handling import LoopPolicy
from processors.telemetry import names
from tests.support.loop import GROUP, TP, Desk, World


@pytest.fixture
def world() -> World:
    """A fresh world."""
    return World()


async def test_commits_what_is_settled_from_the_start(world: World) -> None:
    """A record that is open holds the offset; what is beyond travels as metadata."""
    world.write(3)
    async with world.running():
        world.desk.settle(0, 2)
        world.desk.got[-1][0].settle(1, "a")
        await world.clock.advance(0.1)
        written = world.broker.group(GROUP).positions[TP]
        commit = unstamped(written, world.broker.log(TP).topic_id)
        assert commit is not None
        assert commit.offset == 1
        assert Ledger(commit).remaining(1, ("a", "b")) == ["b"]
        assert Ledger(commit).remaining(2, ("a", "b")) == []
        world.desk.settle(1)
        await world.clock.advance(0.1)
        assert world.committed == 3


async def test_restart_repeats_only_what_was_open(world: World) -> None:
    """The next owner makes the deliveries that were open, and no others."""
    world.write(3)
    async with world.running():
        world.desk.settle(1)
        world.desk.got[-1][0].settle(0, "a")
    desk = Desk()
    async with world.running(desk=desk) as loop:
        assert desk.offsets == [0, 1, 2]
        assert loop.unsettled == 2
        desk.got[-1][0].settle(0, "b")
        desk.settle(2)
        assert loop.unsettled == 0
    assert world.committed == 3


async def test_batch_of_an_earlier_assignment_is_dropped(world: World) -> None:
    """A batch that waits while its partition goes and comes back does not count."""
    world.write(2)
    world.desk.gate.clear()
    async with world.running() as loop:
        await loop.revoked([TP])
        await loop.assigned({TP: loop_start(world)})
        world.desk.gate.set()
        await settle()
        assert world.desk.offsets == []
        loop.records(world.broker.log(TP).read(0, 10))
        await settle()
        assert world.desk.offsets == [0, 1]


def loop_start(world: World) -> Commit:
    """The group's position, as an assignment tells it."""
    return world.broker.group(GROUP).positions.get(TP, Commit(-1))


async def test_full_partition_is_paused_and_resumed(world: World) -> None:
    """With a limit a partition, it holds that many; half settled, it goes on."""
    policy = LoopPolicy(partition_limit=4)
    async with world.running(policy) as loop:
        for _ in range(6):
            world.write(1)
            await settle()
        held = len(world.desk.offsets)
        assert held == 4
        assert loop.partitions[TP].paused
        world.desk.settle(0, 1)
        await settle()
        assert world.desk.offsets == [0, 1, 2, 3, 4, 5]
        world.desk.settle(2, 3, 4, 5)
    assert world.committed == 6


async def test_full_intake_waits_and_asks_for_relief(world: World) -> None:
    """Without a limit a partition, the whole intake waits until there is room."""
    world.write(100)
    async with world.running(LoopPolicy(intake_limit=32)) as loop:
        await settle()
        taken = len(world.desk.offsets)
        assert 32 <= 2 * taken < 64, "each has two deliveries"
        await world.clock.advance(0.5)
        assert world.desk.crowds > 1
        assert len(world.desk.offsets) == taken
        while loop.unsettled or len(world.desk.offsets) < 100:
            world.desk.settle(*world.desk.offsets)
            await world.clock.advance(0.1)
    assert world.committed == 100
    assert world.noted("intake_paused") == world.noted("intake_resumed") > 0


async def test_failed_commit_is_made_up_for(world: World) -> None:
    """A commit the broker did not take is made again, though nothing is new."""
    world.write(1)
    async with world.running():
        world.desk.settle(0)
        world.broker.down()
        await world.clock.advance(0.3)
        assert world.noted("commit_failed") > 0
        world.broker.up()
        await world.clock.advance(0.2)
        assert world.committed == 1


async def test_reports_partitions(world: World) -> None:
    """Operators hear what came and went."""
    async with world.running():
        pass
    assert [(g, c, tps) for g, c, tps, _ in world.observer.partition_changes] == [
        (GROUP, PartitionChange.ASSIGNED, (TP,)),
        (GROUP, PartitionChange.REVOKED, (TP,)),
    ]
    assert [partition.tp for partition in world.desk.closed_partitions] == [TP]


async def test_a_bug_of_the_handler_ends_the_loop(world: World) -> None:
    """One that no record brings out: nothing is skipped, the process hears."""

    class Faulty(Desk):
        @override
        def crowded(self) -> None:
            raise KeyError("crowded")

    world.write(40)
    policy = LoopPolicy(intake_limit=4)
    async with world.running(policy, desk=Faulty()) as loop:
        assert isinstance(await loop.broken(), KeyError)
        assert not loop.alive()
    assert world.committed in {-1, 0}


async def test_a_bug_in_looking_at_a_batch_is_nobodys_end(world: World) -> None:
    """Each record is then asked for itself; those that are ready go on."""

    class Faulty(Desk):
        @override
        def prepare(self, batch: Sequence[Record]) -> bool:
            raise KeyError(f"{len(batch)} records")

    desk = Faulty()
    world.write(3)
    async with world.running(desk=desk) as loop:
        assert desk.offsets == [0, 1, 2]
        assert loop.alive()
        assert world.noted(names.BUG) == 1


@pytest.mark.parametrize("step", ["ready", "fetch"])
async def test_a_bug_in_making_ready_waits_for_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Its record has its turn unready, and the handler says what becomes of it."""

    def fail(record: Record) -> bool:
        raise KeyError(record.offset)

    world.desk.gate.clear()
    monkeypatch.setattr(world.desk, step, fail)
    world.write(2)
    async with world.running() as loop:
        await settle()
        assert world.desk.offsets == [0, 1]
        assert loop.alive()
        assert not loop.waiting
        assert world.noted(names.BUG) >= 2


async def test_a_long_wait_holds_so_many_records(world: World) -> None:
    """What comes behind waits in order; when it is much, no more is fetched."""
    world.desk.shut[1] = asyncio.Event()
    world.write(1_000)
    async with world.running() as loop:
        assert world.desk.offsets == [0]
        assert list(loop.waiting) == [TP]
        for _ in range(50):
            world.write(20)
            await settle()
        assert loop.partitions[TP].paused
        world.desk.settle(0)
        await world.clock.advance(0.2)
        assert loop.partitions[TP].paused
        assert world.committed == 1
        world.desk.shut[1].set()
        await settle()
        assert world.desk.offsets == list(range(2_000))
        assert not loop.partitions[TP].paused
        assert not loop.waiting
