"""What a body looks like, as JSON Schema: for one event type, of its Avro schema.

It says of each field what `bus.webhook.document.plain` makes of it. Objects are open:
a partner is to ignore fields it does not know.
"""

from collections.abc import Mapping

from bus.contracts.codec import Schema
from bus.contracts.shapes import Shape, Shapes
from bus.webhook.document import LIFTED

_TEXT: Shape = {"type": "string"}
_ALWAYS = ("id", "type", "timestamp", "order_id", "status", "data", "metadata", "bus")


def body_shape(schema: Schema) -> Shape:
    """Return the JSON Schema of the JSON body that tells of an event of this schema."""
    return body_of(schema, Shapes(sent=False).fields(schema))


def body_of(schema: Schema, fields: Mapping[str, Shape]) -> Shape:
    """Return the same, made of the shapes of the schema's fields."""
    data = {name: shape for name, shape in fields.items() if name not in LIFTED}
    return {
        "type": "object",
        "required": list(_ALWAYS),
        "properties": {
            "id": _told("string", "Also the header webhook-id; the same in every try."),
            "type": {"const": schema.event_type},
            "timestamp": {
                **_TEXT,
                "format": "date-time",
                "description": "When it happened, UTC.",
            },
            "order_id": _told("string", "The order that this event is about."),
            "status": fields.get("status", {"type": ["string", "null"]}),
            "data": {
                "type": "object",
                "required": list(data),
                "properties": data,
            },
            "metadata": fields.get("metadata", {"type": "object"}),
            "bus": _bus(fields),
        },
    }


def _bus(fields: Mapping[str, Shape]) -> Shape:
    carried = ("channel", "account_id", "correlation_id")
    return {
        "type": "object",
        "description": "Where the event came from. What the bus adds stands here.",
        "required": ["source", "schema_id", "sequence"],
        "properties": {
            "source": _told("string", "Who says so, a CloudEvents source."),
            **{name: fields[name] for name in carried if name in fields},
            "schema_id": _told("integer", "Of the writer's schema in the registry."),
            "sequence": {
                "type": ["integer", "null"],
                "description": "Counts up with each event of an order.",
            },
            "extensions": {
                "type": "object",
                "description": "CloudEvents extensions that the producer set.",
                "additionalProperties": _TEXT,
            },
        },
    }


def _told(kind: str, description: str) -> Shape:
    return {"type": kind, "description": description}
