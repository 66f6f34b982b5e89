"""Messages of librdkafka become records of ours, bytes copied.

This is the only place that touches a message, and it takes whatever Kafka holds: what
cannot be read of one is said in its record, and the others of the batch come through.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import methodcaller
from typing import TypeAlias, cast

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError
from confluent_kafka import Message as KafkaMessage
from confluent_kafka._types import HeadersType

from bus.record import Headers, Record

Consumed: TypeAlias = "KafkaMessage[bytes, bytes]"


# The client, where a header's name is not UTF-8, both sets an exception and returns a
# list of tuples without names. `message.headers()` in a loop becomes a call that does
# not look for that (PEP 659): the list comes back, the exception surfaces anywhere, and
# reading a name ends the process. A call through here is always checked.
_headers_of: "Callable[[Consumed], HeadersType | None]" = methodcaller("headers")


def copy_out(
    messages: Iterable[Consumed],
    on_error: Callable[[KafkaError, Consumed], Record | None],
    topic_ids: Mapping[tuple[str, int], str],
) -> list[Record]:
    """Copy what holds a record; for what holds an error ask `on_error`.

    `topic_ids` are by partition, where they are known.
    """
    records = []
    place, topic_id = ("", -1), ""
    for message in messages:
        error = message.error()
        if error is None:
            topic, partition = message.topic() or "", message.partition() or 0
            # Fetches come partition by partition: mostly it is the same one again.
            if partition != place[1] or topic != place[0]:
                place = (topic, partition)
                topic_id = topic_ids.get(place, "")
            records.append(_record(message, topic, partition, topic_id))
        else:
            instead = on_error(error, message)
            if instead is not None:
                records.append(instead)
    return records


def _record(message: Consumed, topic: str, partition: int, topic_id: str) -> Record:
    why = ""
    try:
        headers = _headers_of(message)
    except Exception as error:  # noqa: BLE001 - below us is C, above us are all partitions
        # Never asked again: the client keeps that list, and would hand it out.
        headers, why = None, _why(error)
    stamped_by, timestamp_ms = message.timestamp()
    record = Record(
        topic,
        partition,
        message.offset() or 0,
        timestamp_ms,
        message.key(),
        message.value(),
        _plain(headers) if headers else (),
        stamped_by != TIMESTAMP_LOG_APPEND_TIME,
        topic_id,
    )
    return record._replace(unreadable=why) if why else record


def _plain(headers: HeadersType) -> Headers:
    pairs = headers.items() if isinstance(headers, dict) else headers
    for _, value in pairs:
        if not isinstance(value, bytes):
            return tuple(
                (name, one if isinstance(one, bytes) else b"") for name, one in pairs
            )
    return tuple(cast("Iterable[tuple[str, bytes]]", pairs))  # mostly


def _why(error: Exception) -> str:
    """Say what is wrong; the client raises a SystemError with the cause behind it."""
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, UnicodeDecodeError):
        return f"a header's name is not UTF-8: {cause.object[:40].hex(' ')}"
    return f"its headers cannot be read: {type(cause).__name__}"
