"""Configuration topics: followed with their versions, written so that one wins."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bus.adapters.memory.clock import settle
from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.errors import ConflictError
from bus.record import Message, Record
from bus.versions import read_to_header, version_of
from processors.versioned import (
    INSIST_S,
    LET_IN_S,
    LOOK_S,
    VersionedFollower,
    VersionedWriter,
    Wanted,
)
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
        left, right = (
            VersionedWriter(w.publisher, w.table, worlds.clock) for w in (one, two)
        )
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
        removing = asyncio.create_task(world.writer.remove("acme"))
        await worlds.clock.advance(LET_IN_S)  # to a writer that may live
        await removing
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
        keeping = asyncio.create_task(world.writer.versions.keep_settled())
        _ignored(worlds, None)
        await worlds.clock.advance(LOOK_S)
        assert world.table.unsettled() == [KEY]
        await worlds.clock.advance(LOOK_S)
        assert world.table.unsettled() == []
        assert worlds.records(TOPIC)[-1].value == worlds.records(TOPIC)[0].value
        keeping.cancel()


# ------------------------------------------------ again and again


class LateReader(MemoryLogReader):
    """Hears everything so much later."""

    def __init__(self, worlds: Worlds, late_s: float) -> None:
        super().__init__(worlds.broker)
        self._clock = worlds.clock
        self._late_s = late_s

    async def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Each batch later."""
        async for batch in super().follow(topic, since_ms=since_ms, start=start):
            if batch and self._late_s:
                await self._clock.sleep(self._late_s)
            yield batch


class Counter:
    """Counts up what stands under the key, as one of several processes."""

    def __init__(self, worlds: Worlds, table: VersionedFollower) -> None:
        publisher = MemoryPublisher(worlds.broker)
        self._writer = VersionedWriter(publisher, table, worlds.clock)
        self.table = table
        self.rounds: list[int] = []

    async def count(self) -> None:
        """Once more, however often others come first."""
        self.rounds.append(0)
        await self._writer.insist(KEY, self._more)

    def _more(self) -> Wanted:
        self.rounds[-1] += 1
        return Wanted(b"%d" % (int(self.table.value(KEY) or 0) + 1))


@asynccontextmanager
async def counting(worlds: Worlds, late_s: float) -> AsyncIterator[Counter]:
    """A process that hears things so late."""
    worlds.broker.up()
    reader = LateReader(worlds, late_s)
    async with VersionedFollower(reader, worlds.clock, TOPIC, lambda _: None) as table:
        yield Counter(worlds, table)


@pytest.mark.parametrize("late_s", [0.01, 0.05, 0.3])
async def test_who_is_always_a_step_behind_gets_its_turn(
    worlds: Worlds, late_s: float
) -> None:
    """Beside one that never stops and hears its own wins first."""
    async with counting(worlds, 0.01) as quick, counting(worlds, late_s) as late:

        async def ten() -> None:
            for _ in range(10):
                await late.count()

        async def on_and_on(until: asyncio.Task[None]) -> None:
            while not until.done():
                await quick.count()

        counted = asyncio.create_task(ten())
        goes_on = asyncio.create_task(on_and_on(counted))
        await worlds.clock.advance(60)
        await asyncio.gather(counted, goes_on)
        assert len(late.rounds) == 10
        assert max(late.rounds) <= 4
        await worlds.clock.advance(1)
        changes = len(quick.rounds) + len(late.rounds)
        for one in (quick, late):
            assert one.table.value(KEY) == b"%d" % changes
            assert one.table.unsettled() == []


async def test_many_at_once_all_get_their_turn(worlds: Worlds) -> None:
    """Eight that are equally quick, ten changes each, within the time for one."""
    async with AsyncExitStack() as stack:
        many = [
            await stack.enter_async_context(counting(worlds, 0.02)) for _ in range(8)
        ]
        tasks = [asyncio.create_task(one.count()) for one in many for _ in range(10)]
        await worlds.clock.advance(INSIST_S)
        await asyncio.gather(*tasks)
        assert {one.table.value(KEY) for one in many} == {b"80"}
        assert [one.table.unsettled() for one in many] == [[]] * 8


async def test_one_that_lets_nobody_in_ends_it_in_time(worlds: Worlds) -> None:
    """An older `bus` that never stops: no error before the time, few records."""
    async with counting(worlds, 0) as one:
        busy = False

        def interfere(_: Message) -> None:
            nonlocal busy
            if not busy:
                busy = True
                worlds.broker.append(Message(TOPIC, KEY, b"0"))
                busy = False

        worlds.broker.faults = interfere
        counted = asyncio.create_task(one.count())
        await worlds.clock.advance(INSIST_S - 1)
        assert not counted.done()
        await worlds.clock.advance(2)
        with pytest.raises(ConflictError, match="keep changing acme"):
            await counted
        assert one.rounds[0] < 100


async def test_who_was_ignored_and_died_holds_nobody_up(worlds: Worlds) -> None:
    """Others wait a moment for it, once."""
    async with counting(worlds, 0) as one:
        await one.count()
        _ignored(worlds, b"9")
        await settle()
        counted = asyncio.create_task(one.count())
        await worlds.clock.advance(LET_IN_S)
        await counted
        await one.count()
        assert one.table.value(KEY) == b"3"
        assert one.table.unsettled() == []
