"""Messages of librdkafka become records of ours, bytes copied."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError
from confluent_kafka import Message as KafkaMessage
from confluent_kafka._types import HeadersType

from bus.record import Headers, Record

Consumed: TypeAlias = "KafkaMessage[bytes, bytes]"


def copy_out(
    messages: Iterable[Consumed], on_error: Callable[[KafkaError, Consumed], None]
) -> list[Record]:
    """Copy what holds a record; what holds an error goes to `on_error`."""
    records = []
    for message in messages:
        error = message.error()
        if error is None:
            records.append(_record(message))
        else:
            on_error(error, message)
    return records


def _record(message: Consumed) -> Record:
    headers = message.headers()
    stamped_by, timestamp_ms = message.timestamp()
    return Record(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        timestamp_ms,
        message.key(),
        message.value(),
        _plain(headers) if headers else (),
        stamped_by != TIMESTAMP_LOG_APPEND_TIME,
    )


def _plain(headers: HeadersType) -> Headers:
    pairs = headers.items() if isinstance(headers, dict) else headers
    return tuple(
        (name, value if isinstance(value, bytes) else b"") for name, value in pairs
    )
