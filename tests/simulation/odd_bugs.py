"""Deliberate bugs in how odd records are read: their times, forms, sizes, ids."""

from datetime import datetime

from bus.contracts.codec import Parsed, Schema
from bus.delivery.delivery import Origin
from bus.delivery.small import small
from bus.record import Headers, Message, Record
from bus.times import read_rfc3339


def strict(schema: Schema) -> Parsed:
    """Refuse a field that Python cannot hold, and the event with it."""
    return schema._parsed  # noqa: SLF001 - the bug


def avro_only(record: Record) -> bool:
    """Know no event in JSON."""
    del record
    return False


def punctual(text: str | None) -> datetime | None:
    """Refuse an event whose time is none."""
    return None if text is None else read_rfc3339(text)


def misplaced(whole: Message, record: Record, attributes: Headers, why: str) -> Message:
    """Say another place than the record's."""
    return small(whole, record._replace(offset=record.offset + 1), attributes, why)


def by_its_clock(record: Record, now_ms: int) -> Origin:
    """Count age by whatever clock the producer has."""
    del now_ms
    return Origin(*record[:3], record.timestamp_ms)


def own_id(source: str, event_id: str) -> str:
    """Name an event by its own id, whoever its source is."""
    del source
    return event_id


def place(record: Record) -> str:
    """Make up an id without what tells a topic from its successor."""
    return f"{record.topic}-{record.partition}-{record.offset}"
