"""Reading topics from end to end, each read with a client and a thread of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar

from confluent_kafka import Consumer, KafkaException

from bus.adapters.kafka.config import Connection, OnEvent, Way
from bus.adapters.kafka.heads import times_at
from bus.adapters.kafka.scan import Bounds, Scan
from bus.adapters.kafka.thread import DaemonThread
from bus.adapters.kafka.topic_ids import TopicIds
from bus.errors import (
    BrokerUnavailableError,
    ConfigurationError,
    OrderbusError,
    TopicError,
)
from bus.record import Record, TopicPartition

Answer = TypeVar("Answer")

_PATIENCE_S = 30.0
_POLL_S = 0.2  # of an empty poll, see Scan
_LOOK_FOR_PARTITIONS = 300
_REOPEN_AFTER_S = 1.0
_TRIES = 3
_SOON_S = 5.0
_TRY_AGAIN_S = 0.3


class KafkaLogReader:
    """`bus.ports.LogReader` on Kafka; reading on waits `patience_s` for progress.

    One that `gathers` follows in larger steps: what comes may wait a moment for more.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        on_event: OnEvent | None = None,
        patience_s: float = _PATIENCE_S,
        gathers: bool = False,
    ) -> None:
        self._connection = connection
        self._on: Way = "gathering" if gathers else "on"
        self._patience_s = patience_s
        self._polls = round(patience_s / _POLL_S)
        self._on_event = on_event
        self._ids = TopicIds(connection)

    async def read(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        key: bytes | None = None,
        start: Mapping[int, int] | None = None,
        stop: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Yield batches up to the end as it stands now, then finish.

        Raises:
            TopicError: there is no such topic.
            BrokerUnavailableError: no answer, or no progress for `patience_s`.
        """
        bounds = Bounds(topic, since_ms, until_ms, key, dict(start or {}), stop=stop)
        async with _Reading() as reading:
            scan = reading.scan = await self._open(reading, bounds)
            wanted = {
                p: range(bounds.start.get(p, 0), e) for p, e in scan.behind.items()
            }
            idle, none = 0, range(0)
            while scan.behind and idle < self._polls:
                records = await reading.do(scan.next)
                idle = 0 if records else idle + 1
                if kept := [
                    r for r in records if r.offset in wanted.get(r.partition, none)
                ]:
                    yield kept
            if scan.behind:
                raise self._stuck(topic)

    async def at(self, topic: str, partition: int, offset: int) -> Record | None:
        """The record that stands there; None if there is none, or none any more.

        Raises:
            BrokerUnavailableError: no answer, or no progress for `patience_s`.
        """
        bounds = Bounds(topic, start={partition: offset}, only=partition)
        async with _Reading() as reading:
            try:
                scan = reading.scan = await self._open(reading, bounds)
            except TopicError:
                return None
            for _ in range(self._polls):
                if not scan.behind:
                    return None
                for record in await reading.do(scan.next):
                    # Deleted ones are jumped over.
                    return record if record.offset == offset else None
        raise self._stuck(topic)

    async def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Yield batches for ever. One empty batch says: caught up with the end.

        Waits out brokers that go away, and takes up partitions that are added. What
        Kafka deletes before it is read is told as `kafka.expired`.

        Raises:
            TopicError: there was no such topic at the start.
            ConfigurationError: Kafka refuses our settings or permissions.
        """
        bounds = Bounds(topic, since_ms, start=dict(start or {}))
        told, opened = False, False
        while True:
            async with _Reading() as reading:
                try:
                    scan = await reading.do(partial(self._scan, bounds, self._on))
                    reading.scan, opened = scan, True
                    async for records in _until_grown(reading, scan):
                        bounds = replace(bounds, start=dict(scan.positions))
                        self._tell_expired(scan)
                        if records:
                            yield records
                        elif not (told or scan.behind):
                            told = True
                            yield []
                except ConfigurationError:
                    raise
                except (OrderbusError, KafkaException) as error:
                    if not opened and not isinstance(error, BrokerUnavailableError):
                        raise
                    self._tell(topic, error)
                    await reading.wait(_REOPEN_AFTER_S)

    async def times_at(
        self, starts: Mapping[TopicPartition, int]
    ) -> Mapping[TopicPartition, int]:
        """Epoch ms of the first record from each of these offsets on.

        Raises:
            BrokerUnavailableError: no usable answer.
        """
        async with _Reading() as reading:
            return await reading.do(partial(times_at, self._opener(), starts))

    def _stuck(self, topic: str) -> BrokerUnavailableError:
        return BrokerUnavailableError(
            f"{topic} cannot be read on: nothing came of it for {self._patience_s:g} s"
        )

    async def _open(self, reading: "_Reading", bounds: Bounds) -> Scan:
        """Open a scan; a leader that has just moved is asked again in a moment."""
        loop = asyncio.get_running_loop()
        soon = loop.time() + _SOON_S
        for _ in range(_TRIES - 1):
            try:
                return await reading.do(partial(self._scan, bounds))
            except BrokerUnavailableError as error:
                if loop.time() > soon:  # nobody answers, which takes its time to learn
                    raise
                self._tell(bounds.topic, error)
                await reading.wait(_TRY_AGAIN_S)
        return await reading.do(partial(self._scan, bounds))

    def _scan(self, bounds: Bounds, way: Way = "whole") -> Scan:
        told = self._ids.ask([bounds.topic]).told().ids
        opener = self._opener("part" if bounds.stop is not None else way)
        return Scan(opener, bounds, told.get(bounds.topic, ""))

    def _opener(self, way: Way = "whole") -> Callable[[], Consumer]:
        connection, on_event = self._connection, self._on_event
        settings = connection.reader(way)
        return lambda: connection.open(Consumer, settings, on_event)

    def _tell_expired(self, scan: Scan) -> None:
        found, scan.expired = scan.expired, []
        for gone, lost in found:
            if self._on_event:
                self._on_event("kafka.expired", {"gone": gone, "lost": lost})

    def _tell(self, topic: str, error: Exception) -> None:
        if self._on_event:
            self._on_event("kafka.reader", {"topic": topic, "why": str(error)})


async def _until_grown(
    reading: "_Reading", scan: Scan
) -> AsyncIterator[Sequence[Record]]:
    """Yield what `scan` yields, until the topic has more partitions."""
    count = await reading.do(scan.partition_count)
    while True:
        for _ in range(_LOOK_FOR_PARTITIONS):
            yield await reading.do(scan.next)
        with suppress(KafkaException):
            if await reading.do(scan.partition_count) > count:
                return


class _Reading:
    """A thread for one client; the client is closed on it."""

    def __init__(self) -> None:
        self.scan: Scan | None = None
        self._thread = DaemonThread("kafka-reader")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # Without an await: also while the reader is being cancelled.
        if self.scan:
            self._thread.submit(self.scan.close)
        self._thread.end()

    async def do(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` on the thread."""
        return await self._thread.do(work)

    async def wait(self, seconds: float) -> None:
        """Let time pass before another try."""
        await asyncio.sleep(seconds)  # noqa: TID251 - real brokers know no Clock
