"""The attempt log: one Avro record an attempt on `bus.attempts`, by event id."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from bus.contracts.codec import Schema, decode, encode_unchecked
from bus.contracts.framing import split_frame
from bus.delivery.delivery import Attempt, Origin
from bus.errors import RegistryUnavailableError
from bus.ports import Clock, Publisher, Schemas
from bus.record import Message, Record

_PAUSE_S = 0.5
_MOST_BYTES = 65_536
_MOST_CHARS = 1_000


class AttemptLog:
    """Writes attempts; nobody waits for their acknowledgement."""

    def __init__(self, publisher: Publisher, topic: str, schema: Schema) -> None:
        self._publisher = publisher
        self._topic = topic
        self._schema = schema
        self._schema_id = 0

    async def open(self, schemas: Schemas, clock: Clock) -> None:
        """Register the schema; wait as long as the registry is away."""
        subject = f"{self._topic}-{self._schema.full_name}"
        while not self._schema_id:
            try:
                self._schema_id = await schemas.register(subject, self._schema.text)
            except RegistryUnavailableError:
                await clock.sleep(_PAUSE_S)

    def write(self, attempt: Attempt) -> None:
        """Hand over one attempt."""
        value = self._encode(attempt)
        if len(value) > _MOST_BYTES:
            value = self._encode(_clipped(attempt))
        key = attempt.event_id.encode()
        self._publisher.publish_soon(Message(self._topic, key, value))

    def _encode(self, attempt: Attempt) -> bytes:
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
    }


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
        origin=Origin(topic, int(partition), int(offset), 0),
        replay=cast("int", fields["replay"]),
        traceparent=cast("str | None", fields["traceparent"]),
    )
