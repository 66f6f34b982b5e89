"""What a record becomes in the log: a row, nothing, or an error of its own. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import orjson

from bus.access.audit import Shown, read_audit
from bus.delivery.quarantine import is_quarantined, read_quarantined
from bus.errors import DecodeError
from bus.event import Event
from bus.log.rows import (
    AckRow,
    AttemptRow,
    AuditRow,
    EventRow,
    Place,
    QuarantineRow,
)
from bus.record import Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MS = 1000
_PLACE = re.compile(r"([^/]{1,249})/([0-9]{1,9})/([0-9]{1,18})", re.ASCII)


def arrived_us(record: Record, now_us: int) -> int:
    """When a record was written.

    A timestamp of the producer's does not say that: then it is when we first look, as
    for the age of deliveries.
    """
    return now_us if record.created else record.timestamp_ms * _MS


def event_row(record: Record, event: Event, now_us: int) -> EventRow:
    """The row of an event, as the deliveries decode it."""
    return EventRow(
        at=_at(record),
        arrived_us=arrived_us(record, now_us),
        event_id=event.webhook_id,
        own_id=event.id,
        source=event.source,
        event_type=event.type,
        order_id=event.subject,
        time_us=(event.time - _EPOCH) // _MICROSECOND,
        channel=_text(event.data, "channel"),
        account=_text(event.data, "account_id"),
        traceparent=event.traceparent or "",
    )


def attempt_row(record: Record, fields: Mapping[str, object]) -> AttemptRow:
    """The row of an attempt, written by this version of the bus or by another.

    As readers of Avro do, fields go by their names: what an older writer left out has
    the default of Attempt.avsc, what a newer one adds is let alone.

    Raises:
        DecodeError: It lacks a field, or has another type there.
    """
    read = _Fields(fields)
    return AttemptRow(
        at=_at(record),
        started_us=read.moment("started_at"),
        duration_us=read.number("duration_us"),
        subscription=read.text("subscription"),
        event_id=read.text("event_id"),
        event_type=read.text("event_type"),
        order_id=read.text("order_id"),
        origin=place_of(read.text("origin")),
        number=read.number("number"),
        replay=read.number("replay", 0),
        outcome=read.text("outcome"),
        status=read.number("status"),
        route=read.text("route"),
        detail=read.text("detail"),
        traceparent=_text(fields, "traceparent"),
        arrived_us=read.number("arrived_us", 0),
    )


def ack_row(record: Record, now_us: int) -> AckRow | None:
    """The row of an acknowledgement; None for one that was taken back.

    Raises:
        DecodeError: Its key names no subscription and event.
    """
    if record.value is None:
        return None
    key = (record.key or b"").decode(errors="replace")
    subscription, slash, event_id = key.partition("/")
    if not (subscription and slash and event_id):
        raise DecodeError("the key of an ack is `subscription/event`")
    return AckRow(_at(record), arrived_us(record, now_us), subscription, event_id)


def quarantine_row(record: Record, now_us: int) -> QuarantineRow | None:
    """The row of a quarantined record; None for what only says what became of one."""
    if not is_quarantined(record):
        return None
    said = read_quarantined(record)
    return QuarantineRow(
        _at(record), arrived_us(record, now_us), place_of(said.place), said.why
    )


def audit_row(record: Record, now_us: int) -> AuditRow:
    """The row of a change.

    Raises:
        DecodeError: It is no record of a change.
    """
    change = read_audit(record).change
    return AuditRow(
        at=_at(record),
        arrived_us=arrived_us(record, now_us),
        actor=change.actor,
        tenant=change.tenant,
        address=change.address,
        action=change.action,
        entity=change.entity,
        entity_id=change.entity_id,
        before=_shown(change.before),
        after=_shown(change.after),
    )


def place_of(text: str) -> Place | None:
    """The place that `topic/partition/offset` names; None if it names none."""
    found = _PLACE.fullmatch(text)
    return Place(found[1], int(found[2]), int(found[3])) if found else None


def _at(record: Record) -> Place:
    return Place(record.topic, record.partition, record.offset)


def _shown(fields: Shown | None) -> str:
    return "" if fields is None else orjson.dumps(fields).decode()


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


class _Fields:
    """The fields of an attempt, each of the type that it should have."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        value = self._fields.get(name)
        if type(value) is not str:
            raise _unfit(name, value)
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self._fields.get(name, default)
        if type(value) is not int:
            raise _unfit(name, value)
        return value

    def moment(self, name: str) -> int:
        value = self._fields.get(name)
        if type(value) is not datetime or value.tzinfo is None:
            raise _unfit(name, value)
        return (value - _EPOCH) // _MICROSECOND


def _unfit(name: str, value: object) -> DecodeError:
    kind = "missing" if value is None else f"a {type(value).__name__}"
    return DecodeError(f"{name} of an attempt is {kind}")
