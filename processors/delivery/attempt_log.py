"""The attempt log: one Avro record an attempt on `bus.attempts`, by event id."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from bus.contracts.codec import Schema, decode, encode_unchecked
from bus.contracts.framing import split_frame
from bus.delivery.delivery import Attempt, Origin
from bus.errors import OrderbusError
from bus.native.writing import flat
from bus.ports import Clock, Observer, Publisher, Schemas
from bus.record import Message, Record
from processors.telemetry import names

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
_MOST_BYTES = 65_536
_MOST_CHARS = 1_000


class AttemptLog:
    """Writes attempts; nobody waits for their acknowledgement.

    Attributes:
        opened: Set once the schema is registered.
        unlogged: Attempts that came before that, and are not in the log.
    """

    def __init__(self, publisher: Publisher, topic: str, schema: Schema) -> None:
        self._publisher = publisher
        self._topic = topic
        self._schema = schema
        self._flat = flat(schema, _VALUES)
        self._schema_id = 0
        self._why = "the schema is being registered"
        self.opened = asyncio.Event()
        self.unlogged = 0

    async def open(self, schemas: Schemas, clock: Clock, observer: Observer) -> None:
        """Register the schema, away or refused, however long that takes."""
        subject = f"{self._topic}-{self._schema.full_name}"
        pause_s = _FIRST_PAUSE_S
        while not self._schema_id:
            try:
                self._schema_id = await schemas.register(subject, self._schema.text)
            except OrderbusError as error:
                self._why = str(error)
                observer.note(names.REGISTRY_LOST, why=f"for {subject}: {self._why}")
                await clock.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        self.opened.set()

    def shut(self) -> str | None:
        """A notice: why attempts are not logged; None: they are."""
        return None if self._schema_id else f"not logged: {self._why}"

    def write(self, attempt: Attempt) -> None:
        """Hand over one attempt, if the log is open: deliveries never wait for it."""
        if not self._schema_id:
            self.unlogged += 1
            return
        value = self._encode(attempt)
        if len(value) > _MOST_BYTES:
            value = self._encode(_clipped(attempt))
        key = attempt.event_id.encode()
        self._publisher.publish_soon(Message(self._topic, key, value))

    def _encode(self, attempt: Attempt) -> bytes:
        if self._flat is not None:
            value = self._flat.write(self._schema_id, _values(attempt))
            if value is not None:
                return value
        return encode_unchecked(self._schema, self._schema_id, _fields(attempt))


def _clipped(attempt: Attempt) -> Attempt:
    """An attempt that its topic takes, whatever the producer made of its texts."""
    return attempt._replace(
        event_type=attempt.event_type[:_MOST_CHARS],
        order_id=attempt.order_id[:_MOST_CHARS],
        detail=attempt.detail[:_MOST_CHARS],
    )


def _fields(attempt: Attempt) -> Mapping[str, object]:
    origin = attempt.origin
    return {
        "event_id": attempt.event_id,
        "event_type": attempt.event_type,
        "order_id": attempt.order_id,
        "subscription": attempt.subscription,
        "number": attempt.number,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "detail": attempt.detail,
        "route": attempt.route,
        "started_at": attempt.started_us,
        "duration_us": attempt.duration_us,
        "origin": f"{origin.topic}/{origin.partition}/{origin.offset}",
        "replay": attempt.replay,
        "traceparent": attempt.traceparent,
        "arrived_us": origin.timestamp_ms * 1000,
    }


# What `_values` returns, by the names that `_fields` has for it; an origin is no field.
_VALUES = (
    *("event_id", "event_type", "order_id", "subscription", "number", "outcome"),
    *("status", "detail", "route", "started_at", "duration_us", "", "replay"),
    *("traceparent", "origin", "arrived_us"),
)


def _values(attempt: Attempt) -> tuple[object, ...]:
    topic, partition, offset, since_ms, *_ = attempt.origin
    return (*attempt, f"{topic}/{partition}/{offset}", since_ms * 1000)


def read_attempt(record: Record, schema: Schema) -> Attempt:
    """Turn a record of the attempt log back into its attempt.

    Raises:
        DecodeError: it is none.
    """
    _, body = split_frame(record.value)
    fields = decode(schema, body)
    topic, partition, offset = cast("str", fields["origin"]).rsplit("/", 2)
    started = cast("datetime", fields["started_at"])
    return Attempt(
        event_id=cast("str", fields["event_id"]),
        event_type=cast("str", fields["event_type"]),
        order_id=cast("str", fields["order_id"]),
        subscription=cast("str", fields["subscription"]),
        number=cast("int", fields["number"]),
        outcome=cast("str", fields["outcome"]),
        status=cast("int", fields["status"]),
        detail=cast("str", fields["detail"]),
        route=cast("str", fields["route"]),
        started_us=round(started.timestamp() * 1e6),
        duration_us=cast("int", fields["duration_us"]),
        origin=Origin(
            *(topic, int(partition), int(offset)),
            cast("int", fields.get("arrived_us", 0)) // 1000,
        ),
        replay=cast("int", fields["replay"]),
        traceparent=cast("str | None", fields["traceparent"]),
    )
