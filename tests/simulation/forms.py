"""How a foreign producer may write an event that ours has made."""

import json

from bus.contracts.codec import encode, parse_schema
from bus.event import Event
from bus.record import Headers
from tests.simulation.plan import Form

_UNTIL = '["null", {"type": "long", "logicalType": "timestamp-millis"}]'
SCHEMA = f"""{{"type": "record", "name": "OrderPaid", "namespace": "oms.order.v1",
 "event_type": "order.paid", "fields": [{{"name": "order_id", "type": "string"}},
 {{"name": "status", "type": "string"}}, {{"name": "number", "type": "int"}},
 {{"name": "until", "type": {_UNTIL}, "default": null}}]}}"""
_NUMBERS = parse_schema(SCHEMA.replace("timestamp-millis", "none"))
_FOR_EVER = 2**63 - 1
_STRUCTURED = ("content-type", b"application/cloudevents+json; charset=UTF-8")


def reformed(
    form: Form, event: Event, schema_id: int, ours: tuple[bytes, Headers]
) -> tuple[bytes, Headers]:
    """Value and headers in another form; what the witness goes by stays."""
    value, headers = ours
    match form:
        case Form.FAR:
            data = {**event.data, "until": _FOR_EVER}
            return encode(_NUMBERS, schema_id, data), headers
        case Form.NO_TIME:
            others = tuple(h for h in headers if h[0] != "ce_time")
            return value, (*others, ("ce_time", b"for ever"))
        case Form.JSON:
            return _envelope(event, headers), _outside(headers)
        case Form.PLAIN:
            return ours


def _outside(headers: Headers) -> Headers:
    own = tuple(h for h in headers if h[0] != "content-type" and h[0][:3] != "ce_")
    return (_STRUCTURED, *own)


def _envelope(event: Event, headers: Headers) -> bytes:
    said = {
        "specversion": "1.0",
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "data": dict(event.data),
    }
    if "ce_id" in dict(headers):
        said["id"] = event.id
    return json.dumps(said).encode()
