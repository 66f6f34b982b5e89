"""Rows of strangers, as every database takes them: no value ever stops a batch."""

import re
from hashlib import blake2b
from typing import assert_never

from bus.log.rows import (
    AckRow,
    AttemptRow,
    AuditRow,
    EventRow,
    Place,
    QuarantineRow,
    Row,
)

MOST_CHARS = 10_000
"""What is kept of one text."""

MOST_ID_BYTES = 200
_SURELY_SHORT = MOST_ID_BYTES // 4
_ID_BYTES = 150
_CUT = "…"
# PostgreSQL takes no NUL in a text; half of a surrogate pair is no UTF-8 anywhere.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_INT2 = 2**15 - 1
_INT4 = 2**31 - 1
_INT8 = 2**63 - 1


def storable(text: str) -> str:
    """Return a text as the log keeps it; most are kept as they are.

    NUL becomes its symbol, half of a surrogate pair the replacement character, and
    what is longer than `MOST_CHARS` is cut. Questions go through here, too, so that
    they find what was changed.
    """
    if len(text) > MOST_CHARS:
        text = text[: MOST_CHARS - 1] + _CUT
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(lambda found: "␀" if found[0] == "\0" else "�", text)


def storable_id(event_id: str) -> str:
    """Return an event's id as the log keeps it: one of more than 200 bytes is cut.

    What is cut ends with a hash of the whole, so that it is told from all others.
    """
    if len(event_id) <= _SURELY_SHORT and event_id.isascii() and "\0" not in event_id:
        return event_id
    raw = storable(event_id).encode()
    if len(raw) <= MOST_ID_BYTES:
        return raw.decode()
    mark = blake2b(event_id.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return f"{raw[:_ID_BYTES].decode(errors='ignore')}{_CUT}{mark}"


def _within(value: int, most: int) -> int:
    return min(max(value, -most - 1), most)


def _place(place: Place | None) -> Place | None:
    if place is None or place.partition > _INT4 or place.offset > _INT8:
        return None
    return Place(storable(place.topic), place.partition, place.offset)


def _attempt(row: AttemptRow) -> AttemptRow:
    return AttemptRow(
        row.at,
        _within(row.started_us, _INT8),
        _within(row.duration_us, _INT4),
        storable(row.subscription),
        storable_id(row.event_id),
        storable(row.event_type),
        storable(row.order_id),
        _place(row.origin),
        _within(row.number, _INT4),
        _within(row.replay, _INT2),
        storable(row.outcome),
        _within(row.status, _INT2),
        storable(row.route),
        storable(row.detail),
        storable(row.traceparent),
        _within(row.arrived_us, _INT8),
    )


def _event(row: EventRow) -> EventRow:
    return row._replace(
        arrived_us=_within(row.arrived_us, _INT8),
        event_id=storable_id(row.event_id),
        own_id=storable(row.own_id),
        source=storable(row.source),
        event_type=storable(row.event_type),
        order_id=storable(row.order_id),
        time_us=_within(row.time_us, _INT8),
        channel=storable(row.channel),
        account=storable(row.account),
        traceparent=storable(row.traceparent),
    )


def _ack(row: AckRow) -> AckRow:
    us = _within(row.arrived_us, _INT8)
    return AckRow(row.at, us, storable(row.subscription), storable_id(row.event_id))


def _quarantine(row: QuarantineRow) -> QuarantineRow:
    us = _within(row.arrived_us, _INT8)
    return QuarantineRow(row.at, us, _place(row.origin), storable(row.reason))


def _audit(row: AuditRow) -> AuditRow:
    us = _within(row.arrived_us, _INT8)
    return AuditRow._make((row.at, us, *(storable(text) for text in row[2:])))


def cleaned(row: Row) -> Row:
    """Return a row as the log keeps it; most are kept as they are."""
    match row:
        case AttemptRow():
            return _attempt(row)
        case EventRow():
            return _event(row)
        case AckRow():
            return _ack(row)
        case QuarantineRow():
            return _quarantine(row)
        case AuditRow():
            return _audit(row)
        case _:
            assert_never(row)


def time_of(row: Row) -> int:
    """When it happened: what a row is kept, sorted and removed by."""
    return row.started_us if isinstance(row, AttemptRow) else row.arrived_us
