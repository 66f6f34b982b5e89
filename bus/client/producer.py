"""What the OMS writes events with."""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bus.adapters.kafka import Connection, KafkaPublisher
from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.client.reporting import log_event
from bus.client.schemas import load_catalogue
from bus.client.tracing import is_traced, sending
from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import validate
from bus.contracts.framing import FRAME
from bus.delivery.headers import event_headers
from bus.errors import Heals, InvalidEventError, PublishError
from bus.event import Data, Event
from bus.native.giving import encoded
from bus.ports import Publisher, Schemas
from bus.record import Message, Written

MOST_BYTES = 2 * 1024**2
_MAX_ID = 256
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class Producer:
    """Writes events: checked against their schema, keyed by order id, awaited.

    Idempotent: what librdkafka tries again is not written twice. Many `send`s may be
    under way at once; those of one order id, begun in order, are written to their topic
    in that order.

    Args:
        bootstrap_servers: Kafka, `host:port,host:port`.
        registry: A Confluent-compatible schema registry: `http://host:port`, or a
            `RegistryConnection` with credentials and certificates.
        kafka: More librdkafka settings, such as SASL and TLS.
        schemas: Folder of Avro schemas; default: the ones that come with Orderbus.
        source: CloudEvents source of the events; default `/oms/<channel>`.
        topic_prefix: Source topics are this and the family, `oms.order`.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        registry: str | RegistryConnection,
        *,
        kafka: Mapping[str, str] | None = None,
        schemas: Path | None = None,
        source: str | None = None,
        topic_prefix: str = "oms.",
    ) -> None:
        settings = {**(kafka or {}), "bootstrap.servers": bootstrap_servers}
        self._connection = Connection(settings)
        if isinstance(registry, str):
            registry = RegistryConnection(url=registry)
        self._registry = registry
        self._most_bytes = int(settings.get("message.max.bytes", MOST_BYTES))
        self._catalogue = load_catalogue(schemas, topic_prefix)
        self._source = source
        self._stack = AsyncExitStack()
        self._writer: EventWriter | None = None

    async def __aenter__(self) -> Self:
        """Open the clients; nothing is asked of Kafka or the registry yet.

        Raises:
            ConfigurationError: A setting cannot be used.
        """
        async with AsyncExitStack() as stack:
            registry = RegistrySchemas(self._registry)
            stack.push_async_callback(registry.close)
            publisher = KafkaPublisher(
                self._connection, linger_ms=1, on_event=log_event
            )
            stack.push_async_callback(publisher.close)
            self._writer = EventWriter(
                publisher, registry, self._catalogue, self._most_bytes
            )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for what is under way, then close."""
        self._writer = None
        await self._stack.aclose()

    async def send(
        self,
        event_type: str,
        data: Data,
        *,
        event_id: str | None = None,
        source: str | None = None,
    ) -> Written:
        """Write one event; return its id and where it stands, acknowledged by Kafka.

        `data` holds the fields of the schema (`bus schemas show TYPE`). The event's
        subject is its `order_id`, its time `occurred_at`. Give an `event_id` of your
        own to make a repetition recognisable.

        Raises:
            InvalidEventError: it does not match its schema, or has more than 2 MiB;
                names the field.
            PublishError: Kafka did not acknowledge it. If `retriable`, it may stand
                there nevertheless: send it again with the same `event_id`.
            IncompatibleSchemaError, RegistryUnavailableError: the schema cannot be
                registered.
        """
        event = make_event(
            event_type, data, event_id=event_id, source=source or self._source
        )
        return await self.send_event(event)

    async def send_event(self, event: Event) -> Written:
        """Write an event whose attributes are all set; raises as `send` does."""
        if self._writer is None:
            raise RuntimeError("use it as: async with Producer(...) as producer")
        return await self._writer.write(event)


class EventWriter:
    """Writes events over any publisher and registry; `Producer` without the rest.

    `most_bytes` of an event are before compression: its topic's own limit, which is
    after it, only the broker can tell.
    """

    def __init__(
        self,
        publisher: Publisher,
        registry: Schemas,
        catalogue: Catalogue,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._publisher = publisher
        self._registry = registry
        self.catalogue = catalogue
        self._most_bytes = most_bytes
        self._ids: dict[str, int] = {}
        self._registering: dict[str, asyncio.Lock] = {}
        self._behind: Counter[str] = Counter()

    async def write(self, event: Event, body: bytes | None = None) -> Written:
        """Write one event to its source topic; raises as `Producer.send` does.

        `body` is its data as Avro, if that was made of it already.
        """
        check_attributes(event)
        value = await self.encoded(event, body)
        topic = self.catalogue.topic(event.type)
        with sending(topic, event) as traceparent:
            traced = replace(event, traceparent=traceparent or event.traceparent)
            headers = event_headers(traced)
            key = event.subject.encode()
            message = Message(topic, key, value, headers)
            try:
                written = await self._publisher.publish(message)
            except PublishError as error:
                raise _sized(error, len(value)) from None
        return written._replace(event_id=event.id)

    def is_ready(self, event_types: Collection[str]) -> bool:
        """Whether `write_now` may be called: schemas are registered, nobody traces."""
        return not is_traced() and all(
            one in self._ids and not self._behind[self.catalogue.topic(one)]
            for one in event_types
        )

    def write_now(self, event: Event, body: bytes) -> Awaitable[Written]:
        """Hand over an event of a type that is ready; await its acknowledgement.

        `body` is its data as Avro. What is awaited raises `PublishError`.

        Raises:
            InvalidEventError: as `Producer.send`.
        """
        check_attributes(event)
        value = FRAME.pack(0, self._ids[event.type]) + body
        if len(value) > self._most_bytes:
            raise too_large(event, len(value), self._most_bytes)
        topic, key = self.catalogue.topic(event.type), event.subject.encode()
        return self._publisher.publish(Message(topic, key, value, event_headers(event)))

    async def encoded(self, event: Event, body: bytes | None = None) -> bytes:
        """Return an event's value, its schema registered; raises as `write` does."""
        schema = self.catalogue.schema(event.type)
        if body is not None:
            value = FRAME.pack(0, await self._schema_id(event.type)) + body
        else:
            if event.type not in self._ids:
                validate(schema, event.data)  # before anybody is asked
            value = encoded(schema, await self._schema_id(event.type), event.data)
        if len(value) > self._most_bytes:
            raise too_large(event, len(value), self._most_bytes)
        return value

    async def _schema_id(self, event_type: str) -> int:
        """Register a schema once; whoever comes meanwhile waits, to keep the order.

        Of the same topic, that is: an order's events keep theirs within it, and a
        registration that hangs holds no other topic's.
        """
        topic = self.catalogue.topic(event_type)
        if not self._behind[topic] and event_type in self._ids:
            return self._ids[event_type]
        self._behind[topic] += 1
        try:
            async with self._registering.setdefault(topic, asyncio.Lock()):
                if event_type not in self._ids:
                    subject = self.catalogue.subject(event_type)
                    text = self.catalogue.schema(event_type).text
                    registered = await self._registry.register(subject, text)
                    self._ids[event_type] = registered
                return self._ids[event_type]
        finally:
            self._behind[topic] -= 1


def make_event(
    event_type: str,
    data: Data,
    *,
    event_id: str | None = None,
    source: str | None = None,
) -> Event:
    """The event that some data makes, as `Producer.send` says.

    Raises:
        InvalidEventError: the data names no order or no time.
    """
    return Event(
        id=event_id or new_event_id(),
        type=event_type,
        source=source or f"/oms/{data.get('channel') or 'unknown'}",
        subject=_text(data, "order_id"),
        time=_moment(data, "occurred_at"),
        data=data,
    )


def too_large(event: Event, size: int, most: int) -> InvalidEventError:
    """Name the field that most of the bytes are in."""
    field = max(event.data, key=lambda name: len(repr(event.data[name])))
    return InvalidEventError(
        field, f"the largest field of an event of {size} bytes; it may have {most}"
    )


def _sized(error: PublishError, size: int) -> PublishError:
    if error.heals is not Heals.NOTHING:
        return error
    why = f"{error.why}; the event has {size} bytes before compression"
    return PublishError(error.topic, why, heals=error.heals)


def check_attributes(event: Event) -> None:
    """Refuse attributes that no reader would take."""
    if len(event.id) > _MAX_ID or not _VISIBLE.fullmatch(event.id):
        raise InvalidEventError("id", "expected 1 to 256 visible ASCII characters")
    if not event.source:
        raise InvalidEventError("source", "expected a text that is not empty")
    if event.subject != event.data.get("order_id"):
        raise InvalidEventError("subject", "expected the event's order_id")
    if event.time.tzinfo is None:
        raise InvalidEventError("time", "expected a datetime with a time zone")


def new_event_id() -> str:
    """A new unique id: 128 random bits in hex."""
    return secrets.token_hex(16)


def _text(data: Data, field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise InvalidEventError(field, "expected a text that is not empty")
    return value


def _moment(data: Data, field: str) -> datetime:
    value = data.get(field)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidEventError(field, "expected a datetime with a time zone")
    return value.astimezone(UTC)
