"""Draining: what a revoke waits for, what it commits, and what comes too late."""

import asyncio
from collections.abc import Mapping

import pytest
from typing_extensions import override

from bus.adapters.memory import MemorySource, settle
from bus.record import Commit, TopicPartition
from processors.delivery.handling import LoopPolicy
from tests.support.loop import TP, World


@pytest.fixture
def world() -> World:
    """A fresh world."""
    return World()


async def test_revoke_waits_for_steps_in_flight(world: World) -> None:
    """What is settled while the partition is drained is committed, too."""
    world.write(1)
    async with world.running() as loop:
        partition = world.desk.got[-1][0]
        partition.started()
        stopping = asyncio.create_task(loop.stop())
        await world.clock.advance(1)
        assert not stopping.done()
        partition.settle(0, "a")
        partition.settle(0, "b")
        partition.finished()
        await settle()
        await stopping
    assert world.committed == 1
    assert not world.noted("drain_cut")


async def test_drain_is_bounded(world: World) -> None:
    """A step that hangs is left behind after the budget, uncommitted."""
    world.write(2)
    async with world.running(LoopPolicy(drain_s=2)) as loop:
        world.desk.settle(0)
        world.desk.got[-1][0].started()
        stopping = asyncio.create_task(loop.stop())
        await world.clock.advance(1.9)
        assert not stopping.done()
        await world.clock.advance(0.2)
        await stopping
    assert world.committed == 1
    assert world.noted("drain_cut") == 1


async def test_late_completion_is_fenced(world: World) -> None:
    """What completes after the partition went changes nothing when it comes back."""
    world.write(1)
    async with world.running():
        late = world.desk.got[-1][0]
    async with world.running() as loop:
        late.settle(0, "a")
        late.settle(0, "b")
        await world.clock.advance(0.2)
        assert loop.unsettled == 1
        assert world.committed <= 0


async def test_what_settles_in_a_drain_is_committed_at_once(world: World) -> None:
    """A crash late in a drain repeats no more than one at any other time."""
    world.write(2)
    async with world.running() as loop:
        partition = world.desk.got[-1][0]
        partition.started()
        stopping = asyncio.create_task(loop.stop())
        await settle()
        world.desk.settle(0)
        await world.clock.advance(0.1)
        assert not stopping.done()
        assert world.committed == 1
        partition.finished()
        await stopping


async def test_what_fails_in_a_drain_is_committed_with_the_rest(world: World) -> None:
    """The last commit of a drain makes up for those that did not arrive."""
    world.write(1)
    async with world.running() as loop:
        partition = world.desk.got[-1][0]
        partition.started()
        stopping = asyncio.create_task(loop.stop())
        await settle()
        world.broker.down()
        world.desk.settle(0)
        await world.clock.advance(0.1)
        assert world.noted("commit_failed") == 1
        world.broker.up()
        partition.finished()
        await stopping
        assert world.committed == 1


class Stuck(MemorySource):
    """A source that cannot leave in good order, as its broker is away."""

    @override
    async def stop(self) -> None:
        """Give up."""
        self.kill()


async def test_what_nobody_asked_back_is_lost_at_a_stop(world: World) -> None:
    """The programs start and write nothing more for it: somebody else will."""
    world.write(1)
    async with world.running(source=Stuck) as loop:
        await loop.stop()
        assert [partition.tp for partition in world.desk.closed_partitions] == [TP]
        assert not loop.partitions


class Unanswered(MemorySource):
    """A source whose commits get lost on their way, and whose answers never come."""

    @override
    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()


async def test_a_commit_under_way_at_a_revoke_is_said_again(world: World) -> None:
    """Nobody knows yet whether it arrives, so the last one does not rely on it."""
    world.write(1)
    async with world.running(source=Unanswered) as loop:
        world.desk.settle(0)
        await world.clock.advance(0.1)
        assert world.committed == -1
        await loop.stop()
        assert world.committed == 1
