"""Closing a publisher that no broker answers."""

import asyncio

import pytest

from bus.errors import PublishError
from bus.kafka import Connection, KafkaPublisher
from bus.record import Message

NOBODY = {"bootstrap.servers": "127.0.0.1:1", "queue.buffering.max.messages": "10"}
MESSAGE = Message("t", b"k", b"v")


async def test_closing_gives_up_on_what_waits_for_room() -> None:
    """A queue that is full keeps nobody: whoever waits hears that it is closed."""
    publisher = KafkaPublisher(Connection(NOBODY))
    waiting = [asyncio.ensure_future(publisher.publish(MESSAGE)) for _ in range(30)]
    publisher.publish_soon(MESSAGE)
    async with asyncio.timeout(10):
        assert await publisher.close(0) == 31
        for answer in waiting:
            with pytest.raises(PublishError):
                await answer
    assert publisher.failures == 1


async def test_a_closed_publisher_takes_nothing() -> None:
    """What comes too late is refused; it may be written by somebody else."""
    publisher = KafkaPublisher(Connection(NOBODY))
    await publisher.close(0)
    with pytest.raises(PublishError) as refused:
        await publisher.publish(MESSAGE)
    assert refused.value.retriable
