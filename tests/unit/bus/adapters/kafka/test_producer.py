"""A publisher that no broker answers, or that librdkafka answers for."""

import asyncio
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import cast

import pytest
from confluent_kafka import KafkaError
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

    made: Callable[[], object] = Guesser

    @override
    def open(
        self,
        client: Callable[[dict[str, object]], Client],
        settings: Mapping[str, object],
        on_event: OnEvent | None,
    ) -> Client:
        """Open it."""
        return cast("Client", self.made())


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


class Losing:
    """A librdkafka that loses what it takes; it says so once it is told to."""

    def __init__(self) -> None:
        self.said = threading.Event()
        self.taken: list[Callable[[KafkaError, None], None] | None] = []

    def __len__(self) -> int:
        """How much is not reported yet."""
        return len(self.taken)

    def produce(
        self,
        *_: object,
        on_delivery: Callable[[KafkaError, None], None] | None,
        headers: object,  # noqa: ARG002 - as the real one is called
    ) -> None:
        """Take a message."""
        self.taken.append(on_delivery)

    def poll(self, timeout_s: float) -> None:
        """Report what was lost to who asked."""
        if self.said.wait(timeout_s):
            taken, self.taken = self.taken, []
            for report in filter(None, taken):
                report(KafkaError(KafkaError._MSG_TIMED_OUT), None)  # noqa: SLF001 - its name


async def test_one_of_many_is_asked_about_for_those_before_it() -> None:
    """A hundred cost a few reports; the count is right when the next one is told."""
    losing = Losing()
    connection = Guessing(NOBODY)
    connection.made = lambda: losing
    publisher = KafkaPublisher(connection)
    for _ in range(100):
        publisher.publish_soon(MESSAGE)
    assert [bool(report) for report in losing.taken].count(True) == 4
    losing.said.set()
    assert await publisher.flush(10) == 0
    assert 100 - 32 < publisher.failures <= 100
    for alone in range(1, 4):
        publisher.publish_soon(MESSAGE)
        assert await publisher.flush(10) == 0
        assert publisher.failures == 100 + alone
    assert await publisher.close() == 0
