"""Retention that overtakes a group: told, counted, passed, never in silence."""

import asyncio

import pytest

from bus.adapters.memory import settle
from bus.record import Expired
from processors.delivery.handling import LoopPolicy
from tests.support.loop import GROUP, TP, World


@pytest.fixture
def world() -> World:
    """A world whose group stands at 2 of 6."""
    world = World()
    world.write(6)
    world.stand_at(2)
    return world


async def test_what_is_gone_is_told_and_passed(world: World) -> None:
    """An emptied partition: the group is told of, and stands at its end."""
    world.broker.expire(TP, 6)
    async with world.running():
        await world.clock.advance(0.2)
        assert world.observer.expiries == [(GROUP, Expired(TP, 6), 4, 0)]
        assert world.committed == 6
    async with world.running():
        await world.clock.advance(0.2)
    assert len(world.observer.expiries) == 1


async def test_the_rest_is_handled(world: World) -> None:
    """What is left comes as ever, behind what is told."""
    world.broker.expire(TP, 4)
    async with world.running():
        assert world.desk.offsets == [4, 5]
        assert world.observer.expiries == [(GROUP, Expired(TP, 4), 2, 0)]
        world.desk.settle(4, 5)
        await world.clock.advance(0.2)
        assert world.committed == 6


async def test_what_waits_in_memory_is_told_apart_and_goes_on(world: World) -> None:
    """Records open here are only endangered: told, and tried as ever."""
    async with world.running() as loop:
        world.desk.settle(3)
        loop.overtaken(Expired(TP, 5))
        loop.overtaken(Expired(TP, 5))
        assert world.observer.expiries == [(GROUP, Expired(TP, 5), 0, 2)]
        world.desk.settle(2, 4, 5)
        await world.clock.advance(0.2)
        assert world.committed == 6


async def test_a_gap_behind_a_full_desk_is_told_in_its_place(world: World) -> None:
    """A commit never passes what came before the gap and is not handled yet."""
    world.desk.gate.clear()
    async with world.running(LoopPolicy(drain_s=0.1)):
        world.write(2)
        await settle()
        world.broker.expire(TP, 8)
        await world.clock.advance(0.5)
        assert world.committed == 2
        world.desk.gate.set()
        await settle()
        world.desk.settle(*range(2, 8))
        await world.clock.advance(0.2)
        assert world.committed == 8
        assert world.observer.expiries == []


async def test_what_was_read_and_not_begun_is_held_not_lost(world: World) -> None:
    """It waits behind a schema and is tried as ever: nobody is told of a loss."""
    world.desk.shut[3] = asyncio.Event()
    async with world.running() as loop:
        assert world.desk.offsets == [2]
        loop.overtaken(Expired(TP, 8))
        assert world.observer.expiries == [(GROUP, Expired(TP, 8), 2, 4)]
        world.desk.shut[3].set()
        await settle()
        assert world.desk.offsets == [2, 3, 4, 5]


async def test_what_is_queued_is_held_too(world: World) -> None:
    """A batch that the intake has no room for yet was read, and comes."""
    world.write(60)
    async with world.running(LoopPolicy(intake_limit=8)) as loop:
        begun = len(world.desk.offsets)
        assert begun < 64
        loop.overtaken(Expired(TP, 66))
        assert world.observer.expiries == [(GROUP, Expired(TP, 66), 0, 64)]


async def test_news_of_a_partition_that_went_is_dropped(world: World) -> None:
    """Its next owner hears of it, and tells."""
    async with world.running() as loop:
        await loop.revoked([TP])
        loop.expired(Expired(TP, 6))
        loop.overtaken(Expired(TP, 6))
        await settle()
        assert world.observer.expiries == []
