"""The content of an event as partners see it: plain, the same in all bodies.

Filters and transforms are evaluated over it too, so that what a partner reads in a
body is what a partner writes in an expression.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import TypeAlias, cast
from uuid import UUID

from bus.event import Data, Event
from bus.times import rfc3339

Document: TypeAlias = dict[str, object]

LIFTED = frozenset(
    {
        "account_id",
        "channel",
        "correlation_id",
        "metadata",
        "occurred_at",
        "order_id",
        "order_version",
        "status",
    }
)


def document(event: Event) -> Document:
    """Return the content: id, type, timestamp, order_id, status, data, metadata, bus.

    `data` holds the event's own business fields, `metadata` the OMS's audit trail
    exactly as it wrote it. What every event carries is lifted out of the data:
    `order_id` (the event's subject) and `status` to the top, `occurred_at` is
    `timestamp` (both stay in `data` only where the two differ), `channel`,
    `account_id`, `correlation_id` and `order_version` (as `sequence`) to `bus`, next
    to `source`, `schema_id` and, if there are any, `extensions`. See the decision
    "What the bus adds stands under `bus`".

    Amounts are strings in plain notation with their scale kept, times RFC 3339 in
    UTC with microseconds, dates ISO 8601, bytes base64.
    """
    return cast("Document", plain(outline(event)))


def outline(event: Event) -> Document:
    """The document before its values are made plain; see `rendering.render_outline`."""
    fields = event.data
    data = {name: value for name, value in fields.items() if name not in LIFTED}
    occurred_at = fields.get("occurred_at")
    if occurred_at is not None and occurred_at != event.time:
        data["occurred_at"] = occurred_at
    order_id = fields.get("order_id")
    if order_id is not None and order_id != event.subject:
        data["order_id"] = order_id
    metadata = fields.get("metadata")
    return {
        "id": event.webhook_id,
        "type": event.type,
        "timestamp": rfc3339(event.time),
        "order_id": event.subject,
        "status": fields.get("status"),
        "data": data,
        "metadata": {} if metadata is None else metadata,
        "bus": _bus(event, fields),
    }


def _bus(event: Event, fields: Data) -> Document:
    added: Document = {"source": event.source}
    for name in ("channel", "account_id", "correlation_id"):
        value = fields.get(name)
        if value is not None:
            added[name] = value
    added["schema_id"] = event.schema_id
    added["sequence"] = fields.get("order_version")
    if event.extensions:
        added["extensions"] = dict(event.extensions)
    return added


def plain(value: object) -> object:
    """Return a value in JSON's terms: str, int, float, bool, None, list or dict."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:
        return {
            name if type(name) is str else str(name): item
            if type(item) in _AS_IT_IS
            else plain(item)
            for name, item in cast("dict[object, object]", value).items()
        }
    if kind is list:
        return [
            item if type(item) in _AS_IT_IS else plain(item)
            for item in cast("list[object]", value)
        ]
    write = _WRITERS.get(kind)
    return write(value) if write is not None else _other(value)


def _other(value: object) -> object:
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return write(value)
    if isinstance(value, Mapping):
        return plain(dict(value))
    if isinstance(value, list | tuple | set | frozenset):
        return plain(list(value))
    return str(value)


def _decimal(value: object) -> object:
    return format(cast("Decimal", value), "f")


def _float(value: object) -> object:
    number = float(cast("float", value))
    return number if isfinite(number) else None  # JSON has no infinity


_AS_IT_IS = frozenset({str, int, bool, type(None)})
# A datetime is a date: the narrower type stands first.
_WRITERS: dict[type, Callable[[object], object]] = {
    Decimal: _decimal,
    datetime: lambda value: rfc3339(cast("datetime", value)),
    float: _float,
    bytes: lambda value: b64encode(cast("bytes", value)).decode(),
    date: lambda value: cast("date", value).isoformat(),
    time: lambda value: cast("time", value).isoformat(),
    UUID: str,
    str: lambda value: str.__str__(cast("str", value)),
    int: lambda value: int(cast("int", value)),
}
