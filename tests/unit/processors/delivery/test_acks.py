"""Acks: who has processed what."""

import asyncio
import json

from bus.adapters.memory.clock import settle
from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.record import Message
from processors.delivery.acks import AckTable, ack_key, acknowledge
from tests.support.worlds import Worlds

TOPIC = "bus.acks"


async def ack(worlds: Worlds, subscription: str, event_id: str) -> None:
    """Write one ack."""
    key = ack_key(subscription, event_id)
    publisher = MemoryPublisher(worlds.broker)
    await acknowledge(publisher, key, at="2026-01-01T00:00:00Z", by="test")


def table(worlds: Worlds, most: int = 1000) -> AckTable:
    """A table over the topic."""
    return AckTable(MemoryLogReader(worlds.broker), worlds.clock, most=most)


async def test_an_ack_is_seen_before_and_after_loading(worlds: Worlds) -> None:
    """Those of before the start count as well as new ones, per subscription."""
    await ack(worlds, "acme", "e1")
    async with table(worlds) as acks:
        await acks.ready()
        assert acks.contains("acme", "e1")
        assert not acks.contains("acme", "e2")
        assert not acks.contains("other", "e1")
        await ack(worlds, "acme", "e2")
        await settle()
        assert acks.contains("acme", "e2")


async def test_the_record_says_when_and_by_whom(worlds: Worlds) -> None:
    """The key is subscription/event id, the value JSON."""
    await ack(worlds, "acme", "e1/with/slashes")
    (record,) = worlds.records(TOPIC)
    assert record.key == b"acme/e1/with/slashes"
    assert json.loads(record.value or b"") == {
        "at": "2026-01-01T00:00:00Z",
        "by": "test",
    }


async def test_memory_is_bounded(worlds: Worlds) -> None:
    """The oldest are forgotten; acked again, one is new again."""
    async with table(worlds, most=2) as acks:
        for event_id in ("e1", "e2", "e1", "e3"):
            await ack(worlds, "acme", event_id)
        await settle()
        assert len(acks) == 2
        assert [acks.contains("acme", e) for e in ("e1", "e2", "e3")] == [
            True,
            False,
            True,
        ]


async def test_acks_older_than_three_days_are_not_read(worlds: Worlds) -> None:
    """No retry topic holds a delivery that long."""
    await ack(worlds, "acme", "old")
    await worlds.clock.advance(4 * 24 * 3600)
    await ack(worlds, "acme", "new")
    async with table(worlds) as acks:
        await acks.ready()
        assert not acks.contains("acme", "old")
        assert acks.contains("acme", "new")


async def test_a_tombstone_takes_an_ack_back(worlds: Worlds) -> None:
    """An ack without a value is none; a stray record harms nobody."""
    await ack(worlds, "acme", "e1")
    worlds.broker.append(Message(TOPIC, b"acme/e1", None))
    worlds.broker.append(Message(TOPIC, None, b"?"))
    async with table(worlds) as acks:
        await acks.ready()
        assert not acks.contains("acme", "e1")


async def test_it_says_when_it_is_not_fed(worlds: Worlds) -> None:
    """For a process's readiness; `run` is for whoever watches the task."""
    acks = table(worlds)
    running = asyncio.create_task(acks.run())
    await acks.ready()
    assert acks.trouble() is None
    running.cancel()
    await asyncio.wait([running])
    assert acks.trouble() == "bus.acks is no longer followed"
