"""A publisher that no broker answers, or that librdkafka answers for."""

import asyncio
import queue
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import cast

import pytest
from typing_extensions import override

from bus.adapters.kafka import Connection, KafkaPublisher, OnEvent
from bus.adapters.kafka.config import Client
from bus.errors import PublishError
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


class Unplaced:
    """A delivery report's message that no broker has given an offset."""

    def topic(self) -> str:
        """Where it was to be written."""
        return MESSAGE.topic

    def partition(self) -> int:
        """The partition it was to be written to."""
        return 0

    def offset(self) -> None:
        """Nobody knows."""
        return


class Guesser:
    """A librdkafka that calls everything written.

    A real one does after a broker went at the right moment only.
    """

    def __init__(self) -> None:
        self._reports: queue.SimpleQueue[Callable[[None, Unplaced], None]]
        self._reports = queue.SimpleQueue()

    def __len__(self) -> int:
        """How much is not reported yet."""
        return self._reports.qsize()

    def produce(
        self,
        *_: object,
        on_delivery: Callable[[None, Unplaced], None],
        headers: object,  # noqa: ARG002 - as the real one is called
    ) -> None:
        """Take a message."""
        self._reports.put(on_delivery)

    def poll(self, timeout_s: float) -> None:
        """Report what was taken."""
        with suppress(queue.Empty):
            self._reports.get(timeout=timeout_s)(None, Unplaced())


class Guessing(Connection):
    """Opens no other client."""

    @override
    def open(
        self,
        client: Callable[[dict[str, object]], Client],
        settings: Mapping[str, object],
        on_event: OnEvent | None,
    ) -> Client:
        """Open it."""
        return cast("Client", Guesser())


async def test_what_no_broker_has_acknowledged_is_not_taken_for_written() -> None:
    """It may be missing, so whoever waits may write it again; and it is told."""
    told: list[object] = []
    publisher = KafkaPublisher(
        Guessing(NOBODY), on_event=lambda _, fields: told.append(fields["error"])
    )
    with pytest.raises(PublishError, match="never was") as refused:
        await publisher.publish(MESSAGE)
    assert refused.value.retriable
    assert told == ["GUESSED"]
    assert await publisher.close() == 0
