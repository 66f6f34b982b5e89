"""Rows as the values of their tables, in the order of the columns."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, assert_never

from sqlalchemy import Table

from bus.adapters.sql.bulk import Values
from bus.adapters.sql.packing import key_of, order_key, packed_id, packed_trace
from bus.adapters.sql.tables import ACK, ATTEMPT, AUDIT, EVENT, QUARANTINE
from bus.log.cleaning import storable, time_of
from bus.log.rows import (
    AckRow,
    AttemptRow,
    AuditRow,
    EventRow,
    Place,
    QuarantineRow,
    Row,
)

Numbers: TypeAlias = Mapping[str, int]
"""Names that repeat, by their text."""

NO_ID = 1
"""The key of a producer's id that is empty; 0 says that it is the event's."""
NOWHERE = (0, 0, -1)
"""The origin of what has none: topic, partition, offset."""


def names_of(rows: Iterable[Row]) -> set[str]:
    """Return the names in rows that are kept as numbers."""
    names: set[str] = set()
    for row in rows:
        names.add(row.at.topic)
        match row:
            case AttemptRow():
                names |= {row.subscription, row.event_type, row.outcome, row.route}
                names |= _topic(row.origin)
            case EventRow():
                names.add(row.event_type)
            case AckRow():
                names.add(row.subscription)
            case QuarantineRow():
                names |= _topic(row.origin)
            case AuditRow():
                pass
            case _:
                assert_never(row)
    return names


def _topic(place: Place | None) -> set[str]:
    return {place.topic} if place else set()


def values_of(row: Row, numbers: Numbers) -> tuple[Table, Values]:
    """Return where a row goes, and what of."""
    match row:
        case AttemptRow():
            return ATTEMPT, _attempt(row, numbers)
        case EventRow():
            return EVENT, _event(row, numbers)
        case AckRow():
            return ACK, (
                *(row.arrived_us, row.at.offset),
                *(numbers[row.at.topic], row.at.partition, numbers[row.subscription]),
                packed_id(row.event_id),
            )
        case QuarantineRow():
            topic, partition, offset = _origin(row.origin, numbers)
            return QUARANTINE, (
                *(row.arrived_us, row.at.offset, offset),
                *(numbers[row.at.topic], row.at.partition, topic, partition),
                row.reason,
            )
        case AuditRow():
            return AUDIT, (
                *(row.arrived_us, row.at.offset, key_of(row.entity_id)),
                *(numbers[row.at.topic], row.at.partition),
                *row[2:],
            )
        case _:
            assert_never(row)


def _attempt(row: AttemptRow, numbers: Numbers) -> Values:
    at = row.at
    topic, partition, offset = _origin(row.origin, numbers)
    return (
        row.started_us,
        at.offset,
        offset,
        order_key(row.order_id, row.event_id),
        numbers[at.topic],
        at.partition,
        topic,
        partition,
        numbers[row.subscription],
        numbers[row.event_type],
        numbers[row.outcome],
        numbers[row.route],
        row.number,
        row.duration_us,
        row.replay,
        row.status,
        row.outcome == "accepted",
        packed_id(row.event_id),
        row.order_id,
        row.detail,
        packed_trace(row.traceparent),
    )


def _event(row: EventRow, numbers: Numbers) -> Values:
    # Most producers' ids stay: they are not kept twice, and have no key.
    same = row.own_id == row.event_id
    own_id, own_key = ("", 0) if same else (row.own_id, key_of(row.own_id) or NO_ID)
    return (
        *(row.arrived_us, row.at.offset, row.time_us),
        *(order_key(row.order_id, row.event_id), own_key),
        *(key_of(row.channel), key_of(row.account)),
        *(numbers[row.at.topic], row.at.partition, numbers[row.event_type]),
        packed_id(row.event_id),
        *(own_id, row.source, row.order_id, row.channel, row.account),
        packed_trace(row.traceparent),
    )


def _origin(origin: Place | None, numbers: Numbers) -> tuple[int, int, int]:
    if origin is None:
        return NOWHERE
    return numbers[origin.topic], origin.partition, origin.offset


def stray_values(row: Row, numbers: Numbers, now_us: int) -> Values:
    """Return a row that was put aside: whole, as JSON."""
    said = json.dumps(_plain(row), ensure_ascii=False)
    kind = type(row).__name__.removesuffix("Row").lower()
    return (
        *(now_us, time_of(row), row.at.offset),
        *(numbers[row.at.topic], row.at.partition),
        *(kind, storable(said)),
    )


def _plain(row: Row) -> Mapping[str, object]:
    def value(one: object) -> object:
        return (
            list(one) if isinstance(one, Sequence) and not isinstance(one, str) else one
        )

    return {name: value(one) for name, one in zip(row._fields, row, strict=True)}
