"""Edits that break off, or are made at once: written once in all."""

from collections.abc import Awaitable
from dataclasses import replace as changed

import pytest
from typing_extensions import override

from bus.adapters.memory.publisher import MemoryPublisher
from bus.delivery.marks import Edit, Fate, mark
from bus.errors import ConflictError, Heals, PublishError
from bus.ports import Publisher
from bus.record import Message, Written
from processors.redrive.item_rows import all_items
from processors.redrive.quarantine import WantedItems
from processors.redrive.replacing import PATIENCE_S
from processors.subscriptions.world import World
from tests.support.edits import SAID, edit_item, fates, payload, put_aside
from tests.support.past import Past
from tests.support.worlds import Worlds


@pytest.fixture
async def world(past: Past) -> World:
    """With one record in quarantine."""
    await put_aside(past.world, *SAID)
    return past.world


class CrashError(Exception):
    """The process is gone."""


class Crashing(MemoryPublisher):
    """Writes so many records, and then no more."""

    left = 0
    loses = False

    @override
    def publish(self, message: Message) -> Awaitable[Written]:
        if not self.left:
            raise CrashError
        self.left -= 1
        return super().publish(message)


@pytest.mark.parametrize("survives", [0, 1, 2, 3])
async def test_a_crash_between_any_two_writes(
    world: World, worlds: Worlds, survives: int
) -> None:
    """Asked again once the first cannot be at work any more: written once in all."""
    broken = Crashing(worlds.broker)
    broken.left = survives
    with pytest.raises(CrashError):
        await edit_item(_with(world, broken), payload())
    assert await fates(world) == [("pending", "replacing")[survives > 0]]
    written = survives > 1
    assert len(worlds.records("oms.order")) == written
    if survives == 1:
        with pytest.raises(ConflictError, match="was begun 0 s ago"):
            await edit_item(world, payload())
        await worlds.clock.advance(PATIENCE_S + 1)
    done = await edit_item(world, payload())
    assert done.already is written
    assert len(worlds.records("oms.order")) == 1
    assert await fates(world) == ["replaced"]
    edits = [c for c in worlds.audited() if c.action == "edit"]
    assert {c.after["place"] for c in edits if c.after} == {done.to}


def _with(world: World, publisher: Publisher) -> World:
    audit = type(world.trail.audit)(publisher, world.clock, world.topology.audit)  # type: ignore[call-arg]
    return changed(world, publisher=publisher, trail=changed(world.trail, audit=audit))


async def test_another_edit_after_a_crash(world: World, worlds: Worlds) -> None:
    """What the first one wrote stands; the second one hears of it."""
    broken = Crashing(worlds.broker)
    broken.left = 2
    with pytest.raises(CrashError):
        await edit_item(_with(world, broken), payload())
    with pytest.raises(ConflictError, match=r"another edit: by oms\.order/"):
        await edit_item(world, payload(order_id="SO-9"))
    assert len(worlds.records("oms.order")) == 1


async def test_of_two_at_once_one_writes(world: World, worlds: Worlds) -> None:
    """Who sees another's beginning before its own gives way, and leaves no trace."""
    (item,) = await all_items(world, WantedItems())
    faster = mark(item.record, Fate.REPLACING, Edit("theirs", "0", "oms.order"))

    class Slow(MemoryPublisher):
        @override
        def publish(self, message: Message) -> Awaitable[Written]:
            if message.topic == "bus.quarantine" and not self.told:
                self.told = True
                worlds.broker.append(faster)
                worlds.broker.append(
                    mark(
                        item.record, Fate.REPLACED, Edit("theirs", "0", "oms.order/0/3")
                    )
                )
            return super().publish(message)

        told = False

    with pytest.raises(ConflictError, match="by somebody else"):
        await edit_item(_with(world, Slow(worlds.broker)), payload())
    assert worlds.records("oms.order") == []
    assert await fates(world) == ["replaced"]


async def test_what_kafka_never_takes_is_pending_again(
    world: World, worlds: Worlds
) -> None:
    """Nothing was written, so that something else may be done with it."""

    class Full(MemoryPublisher):
        @override
        def publish(self, message: Message) -> Awaitable[Written]:
            if message.topic == "oms.order":
                raise PublishError(message.topic, "too large", heals=Heals.NOTHING)
            return super().publish(message)

    with pytest.raises(PublishError):
        await edit_item(_with(world, Full(worlds.broker)), payload())
    assert await fates(world) == ["pending"]
    await edit_item(world, payload())
    assert await fates(world) == ["replaced"]


async def test_what_was_discarded_stays_so(world: World) -> None:
    """An edit is for what is pending."""
    (item,) = await all_items(world, WantedItems())
    await world.publisher.publish(mark(item.record, Fate.DISCARDED))
    with pytest.raises(ConflictError, match="was discarded already"):
        await edit_item(world, payload())
