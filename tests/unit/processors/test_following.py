"""Following a topic across interruptions."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from typing_extensions import override

from bus.adapters.memory.clock import settle
from bus.adapters.memory.reader import MemoryLogReader
from bus.errors import BrokerUnavailableError, OrderbusError, TopicError
from bus.record import Message, Record
from processors.following import Follower
from tests.support.worlds import Worlds

TOPIC = "bus.acks"


class Interrupted(MemoryLogReader):
    """A reader whose first reading breaks off after the first batch."""

    breaks = 1
    error: OrderbusError = BrokerUnavailableError("gone for a moment")

    @override
    async def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Break off once."""
        async for batch in super().follow(topic, since_ms=since_ms, start=start):
            yield batch
            if self.breaks:
                self.breaks -= 1
                raise self.error


def fill(worlds: Worlds, values: Mapping[str, int]) -> None:
    """Write records."""
    for name in values:
        worlds.broker.append(Message(TOPIC, name.encode(), b"v"))


async def test_each_record_is_taken_once(worlds: Worlds) -> None:
    """What was read before an interruption is not taken again after it."""
    fill(worlds, dict.fromkeys("abc", 1))
    taken: list[bytes | None] = []
    ends: list[int] = []
    follower = Follower(
        Interrupted(worlds.broker),
        worlds.clock,
        TOPIC,
        lambda record: taken.append(record.key),
        caught_up=lambda: ends.append(len(taken)),
    )
    async with follower:
        await settle()
        assert len(taken) == 3
        assert not ends
        assert follower.trouble() == "gone for a moment"
        await worlds.clock.advance(1)
        await follower.ready()
        assert follower.trouble() is None
        fill(worlds, {"d": 1})
        await settle()
        assert sorted(k for k in taken if k) == [b"a", b"b", b"c", b"d"]
        assert ends == [3]
    assert follower.trouble() == "bus.acks is no longer followed"


async def test_a_fault_of_the_taker_is_not_hidden(worlds: Worlds) -> None:
    """What `take` raises ends the following, and whoever waits does not hang."""
    fill(worlds, {"a": 1})

    def refuse(record: Record) -> None:
        raise ValueError(record.key)

    follower = Follower(MemoryLogReader(worlds.broker), worlds.clock, TOPIC, refuse)
    running = asyncio.create_task(follower.run())
    with pytest.raises(BrokerUnavailableError):
        await follower.ready()
    with pytest.raises(ValueError, match="a"):
        await running


async def test_a_topic_that_vanishes_later_is_waited_for(worlds: Worlds) -> None:
    """Once it was read to its end, nothing but a bug ends the following."""
    reader = Interrupted(worlds.broker)
    reader.error = TopicError("no such topic")
    taken: list[bytes | None] = []
    follower = Follower(
        reader, worlds.clock, TOPIC, lambda record: taken.append(record.key)
    )
    async with follower:
        await follower.ready()
        await settle()
        assert follower.trouble() == "no such topic"
        fill(worlds, {"a": 1})
        await worlds.clock.advance(1)
        assert taken == [b"a"]
        assert follower.trouble() is None


class Dripping(MemoryLogReader):
    """A reader that gives one record at a time, and turns of the loop between."""

    given = 0

    @override
    async def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """As slowly as it is told to."""
        async for batch in super().follow(topic, since_ms=since_ms, start=start):
            for record in batch:
                await self._broker.clock.sleep(1)
                self.given += 1
                yield [record]
            if not batch:
                yield batch


async def test_loading_takes_as_long_as_records_come(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each within the time, all of them far beyond it; a silent topic is given up."""
    fill(worlds, dict.fromkeys("abcdefgh", 1))
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "time", worlds.clock.monotonic)
    reader = Dripping(worlds.broker)
    async with Follower(reader, worlds.clock, TOPIC, lambda _: None) as follower:
        monkeypatch.setattr("processors.following.IDLE_S", 1.5)
        loading = asyncio.create_task(follower.loaded())
        await worlds.clock.advance(7)
        assert (reader.given, loading.done()) == (7, False)
        await worlds.clock.advance(1)
        await loading
    async with Follower(reader, worlds.clock, TOPIC, lambda _: None) as follower:
        monkeypatch.setattr("processors.following.IDLE_S", 0.5)
        loading = asyncio.create_task(follower.loaded())
        await worlds.clock.advance(0.6)
        await asyncio.wait([loading])
        with pytest.raises(BrokerUnavailableError, match=r"bus\.acks cannot be read"):
            loading.result()
