"""Writing: one idempotent producer, its acknowledgements handed over in batches."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable
from functools import partial
from typing import TypeAlias

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka import Message as KafkaMessage

from bus.adapters.kafka.config import Connection, OnEvent
from bus.adapters.kafka.errors import is_fatal, not_published
from bus.errors import Heals, PublishError
from bus.record import Message, Written

Future: TypeAlias = asyncio.Future[Written]
Report: TypeAlias = tuple[Future, Written | PublishError]

_POLL_S = 0.1
_OVERFLOW_LIMIT = 100_000
_CLOSED = KafkaError(KafkaError._DESTROY)  # noqa: SLF001 - librdkafka's own codes begin so


class KafkaPublisher:
    """`bus.ports.Publisher` on Kafka, for one event loop.

    `linger_ms` is how long a record may wait for company; 0 to 1 for hops.
    A record unacknowledged for `delivery_timeout_s` is a retriable error.

    Raises:
        ConfigurationError: librdkafka refuses a setting; it says which.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        linger_ms: float = 5,
        delivery_timeout_s: float = 120,
        on_event: OnEvent | None = None,
    ) -> None:
        self._connection = connection
        self._settings = {
            **connection.producer(linger_ms, delivery_timeout_s),
            "error_cb": self._client_failed,
        }
        self._on_event = on_event
        self._producer = self._open()
        self._fatal = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self._reports: list[Report] = []
        self._overflow: deque[tuple[Message, Future | None]] = deque()
        self._pending = 0
        # Of `publish_soon`: handed over and reported, each written by one thread.
        self._soon = 0
        self._soon_reported = 0
        self._refused = 0
        self._lost = 0
        self._flushing = False
        self._idle: asyncio.Event = asyncio.Event()

    @property
    def failures(self) -> int:
        """What `publish_soon` could not write."""
        return self._refused + self._lost

    def publish(self, message: Message) -> Awaitable[Written]:
        """Hand over a message now; await the broker's acknowledgement."""
        future: Future = self._running_loop().create_future()
        self._take(message, future)
        return future

    def publish_soon(self, message: Message) -> None:
        """Hand over a message nobody waits for."""
        self._running_loop()
        if len(self._overflow) >= _OVERFLOW_LIMIT:
            self._refused += 1
        else:
            self._take(message, None)

    async def flush(self, timeout_s: float) -> int:
        """Wait for all acknowledgements; return how many are still missing."""
        self._flushing = True
        try:
            async with asyncio.timeout(timeout_s):
                while self._missing():
                    self._idle.clear()
                    await self._idle.wait()
        except TimeoutError:
            pass
        self._flushing = False
        return self._missing()

    async def close(self, timeout_s: float = 10) -> int:
        """Flush, give up on the rest, end the thread; return what went missing."""
        missing = await self.flush(timeout_s)
        self._closing = True
        while self._overflow:
            self._refuse(*self._overflow.popleft(), _CLOSED)
        if missing:
            self._producer.purge()
        if self._thread:
            await asyncio.to_thread(self._thread.join)
        return missing

    # --- on the event loop

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(
                target=self._poll, name="kafka-publisher", daemon=True
            )
            self._thread.start()
        return self._loop

    def _missing(self) -> int:
        return self._pending + self._soon - self._soon_reported

    def _take(self, message: Message, future: Future | None) -> None:
        if future is None:
            self._soon += 1
        else:
            self._pending += 1
        if self._closing:
            self._refuse(message, future, _CLOSED)
        # What overflowed earlier goes first: calls keep their order.
        elif self._overflow or not self._produce(message, future):
            if not self._overflow:
                self._tell(KafkaError(KafkaError._QUEUE_FULL))  # noqa: SLF001 - its name
            self._overflow.append((message, future))

    def _produce(self, message: Message, future: Future | None) -> bool:
        if self._fatal:
            self._replace()
        try:
            self._producer.produce(
                message.topic,
                message.value,
                message.key,
                -1 if message.partition is None else message.partition,
                on_delivery=(
                    self._soon_done
                    if future is None
                    else partial(self._reported, future)
                ),
                headers=list(message.headers) if message.headers else None,
            )
        except BufferError:
            return False
        except KafkaException as error:
            self._refuse(message, future, error.args[0])
        return True

    def _refuse(
        self, message: Message, future: Future | None, error: KafkaError
    ) -> None:
        if future is None:
            self._refused += 1
            self._soon -= 1
        else:
            self._finish(future, not_published(message.topic, error))

    def _settle(self, reports: list[Report]) -> None:
        for future, result in reports:
            self._finish(future, result)
        while self._overflow and self._produce(*self._overflow[0]):
            self._overflow.popleft()
        if not self._missing():
            self._idle.set()

    def _finish(self, future: Future, result: Written | PublishError) -> None:
        self._pending -= 1
        if future.done():
            return  # whoever waited was cancelled
        if isinstance(result, PublishError):
            future.set_exception(result)
        else:
            future.set_result(result)

    # --- on the polling thread

    def _poll(self) -> None:
        while not (self._closing and not len(self._producer)):
            try:
                self._producer.poll(_POLL_S)
            except KafkaException as error:  # what is fatal is raised, not told
                self._client_failed(error.args[0])
            news = self._reports or self._overflow or self._flushing
            if news and self._loop and not self._loop.is_closed():
                reports, self._reports = self._reports, []
                self._loop.call_soon_threadsafe(self._settle, reports)

    def _soon_done(self, error: KafkaError | None, _: object) -> None:
        """Nobody waits for it: counted, without a word to the event loop."""
        self._soon_reported += 1
        self._lost += error is not None

    def _reported(
        self,
        future: Future,
        error: KafkaError | None,
        message: "KafkaMessage[bytes, bytes]",
    ) -> None:
        topic, offset = message.topic() or "", message.offset()
        if error is not None:
            self._reports.append((future, not_published(topic, error)))
        elif offset is None:
            self._reports.append((future, self._guessed(topic)))
        else:
            written = Written(topic, message.partition() or 0, offset)
            self._reports.append((future, written))

    def _guessed(self, topic: str) -> PublishError:
        """What librdkafka calls written though no broker has said so.

        If the answer to one batch is lost and the next one is acknowledged, it takes
        the first for written: else the broker would have seen the gap. A new leader
        sees none if it never had anything of this producer, and the batch is lost.
        """
        why = "a later record was acknowledged, this one never was; it may be missing"
        if self._on_event:
            told = {"error": "GUESSED", "why": f"{topic}: {why}", "fatal": False}
            self._on_event("kafka.publisher", told)
        return PublishError(topic, why, heals=Heals.TIME)

    # --- when the client itself breaks

    def _client_failed(self, error: KafkaError) -> None:
        if is_fatal(error):
            self._fatal = True
            self._producer.purge(blocking=False)
        self._tell(error)

    def _tell(self, error: KafkaError) -> None:
        if self._on_event:
            fields = {
                "error": error.name(),
                "why": error.str(),
                "fatal": is_fatal(error),
            }
            self._on_event("kafka.publisher", fields)

    def _open(self) -> Producer:
        return self._connection.open(Producer, self._settings, self._on_event)

    def _replace(self) -> None:
        """A fatal error ends a librdkafka producer; go on with a fresh one."""
        if not len(self._producer):
            self._fatal = False
            self._producer = self._open()
