"""Configuration topics: followed with their versions, written so that one wins."""

import asyncio

from bus.adapters.memory.clock import settle
from bus.record import Message, Record
from bus.versions import read_to_header, version_of
from processors.versioned import LOOK_S, VersionedWriter
from tests.support.subscriptions import TOPIC, make, put, stored
from tests.support.worlds import Worlds

KEY = b"acme"


def _ignored(worlds: Worlds, value: bytes | None) -> None:
    """Write as somebody who had read nothing yet, and then died."""
    headers = read_to_header("", {0: 0})
    worlds.broker.append(Message(TOPIC, KEY, value, headers))


def _values(records: list[Record]) -> list[bytes | None]:
    return [record.value for record in records]


async def test_of_two_at_once_one_stands(worlds: Worlds) -> None:
    """Everybody has the first; the second hears it, and settles what it left."""
    async with worlds.open() as one, worlds.open() as two:
        await asyncio.gather(one.table.ready(), two.table.ready())
        first, second = stored(make(rate=1)), stored(make(rate=2))
        left, right = (VersionedWriter(w.publisher, w.table) for w in (one, two))
        stands = await asyncio.gather(left.put(KEY, first), right.put(KEY, second))
        assert stands == [True, False]
        await settle()
        for world in (one, two):
            assert world.table.value(KEY) == first
            assert world.table.version("acme") == version_of(first)
            assert world.table.unsettled() == [KEY]
        await left.settle(KEY)
        assert two.table.unsettled() == [KEY]  # left to whose record was ignored
        await right.settle(KEY)
        await settle()
        assert _values(worlds.records(TOPIC)) == [first, second, first]
        assert one.table.unsettled() == two.table.unsettled() == []


async def test_what_a_dead_writer_left_is_settled_at_the_next_start(
    worlds: Worlds,
) -> None:
    """Else compaction would keep what everybody had ignored."""
    put(worlds, "acme", stood := stored(make()))
    _ignored(worlds, stored(make(rate=2)))
    async with worlds.open() as world:
        await world.writer.versions.settle_all()
        await world.writer.versions.settle_all()
        assert world.table.get("acme") == make()
        assert _values(worlds.records(TOPIC))[2:] == [stood]


async def test_an_ignored_removal_removes_nothing(worlds: Worlds) -> None:
    """And a removal that stands is settled like anything else."""
    put(worlds, "acme", stored(make()))
    _ignored(worlds, None)
    async with worlds.open() as world:
        await world.table.ready()
        assert world.table.get("acme") == make()
        await world.writer.remove("acme")
        assert world.table.version("acme") is None
        _ignored(worlds, stored(make(rate=2)))
        await settle()
        await world.writer.versions.settle_all()
        assert world.table.get("acme") is None
        assert worlds.records(TOPIC)[-1].value is None


async def test_a_record_of_an_older_bus_is_taken_as_it_comes(worlds: Worlds) -> None:
    """It names no version; the next change goes on top of it."""
    async with worlds.open() as world:
        await world.writer.add(make())
        put(worlds, "acme", stored(make(rate=2)))
        await settle()
        paused = await world.writer.pause("acme")
        assert paused.rate == 2


async def test_nothing_is_settled_where_kafka_takes_nothing(worlds: Worlds) -> None:
    """A start does not fail for it; the next one tries again."""
    put(worlds, "acme", stored(make()))
    _ignored(worlds, None)
    async with worlds.open() as world:
        await world.table.ready()
        worlds.broker.delete(TOPIC)
        await world.writer.versions.settle_all()
        assert world.table.unsettled() == [KEY]


async def test_what_a_dead_writer_left_is_settled_without_a_start(
    worlds: Worlds,
) -> None:
    """Within two looks: the first leaves it to a writer that may still live."""
    async with worlds.open() as world:
        await world.writer.add(make())
        keeping = asyncio.create_task(world.writer.versions.keep_settled(worlds.clock))
        _ignored(worlds, None)
        await worlds.clock.advance(LOOK_S)
        assert world.table.unsettled() == [KEY]
        await worlds.clock.advance(LOOK_S)
        assert world.table.unsettled() == []
        assert worlds.records(TOPIC)[-1].value == worlds.records(TOPIC)[0].value
        keeping.cancel()
