"""Messages of librdkafka become records of ours, bytes copied."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from confluent_kafka import KafkaError
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
    return Record(
        message.topic() or "",
        message.partition() or 0,
        message.offset() or 0,
        message.timestamp()[1],
        message.key(),
        message.value(),
        _plain(headers) if headers else (),
    )


def _plain(headers: HeadersType) -> Headers:
    pairs = headers.items() if isinstance(headers, dict) else headers
    return tuple(
        (name, value if isinstance(value, bytes) else b"") for name, value in pairs
    )
