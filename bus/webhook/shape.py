"""What a body looks like, as JSON Schema: for one event type, of its Avro schema.

It says of each field what `bus.webhook.document.plain` makes of it. Objects are open:
a partner is to ignore fields it does not know.
"""

from collections.abc import Mapping
from typing import TypeAlias, cast

from bus.contracts.codec import Schema
from bus.contracts.scalars import Definition
from bus.webhook.document import LIFTED

Shape: TypeAlias = dict[str, object]

_MONEY = r"^-?\d+(\.\d+)?$"
_TEXT: Shape = {"type": "string"}
_PRIMITIVES: dict[object, Shape] = {
    "null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "int": {"type": "integer"},
    "long": {"type": "integer"},
    "float": {"type": ["number", "null"]},
    "double": {"type": ["number", "null"]},
    "bytes": {"type": "string", "contentEncoding": "base64"},
    "fixed": {"type": "string", "contentEncoding": "base64"},
    "string": _TEXT,
}
_LOGICAL: dict[str, Shape] = {
    "decimal": {"type": "string", "pattern": _MONEY},
    "date": {"type": "string", "format": "date"},
    "time-millis": _TEXT,
    "time-micros": _TEXT,
    "timestamp-millis": {"type": "string", "format": "date-time"},
    "timestamp-micros": {"type": "string", "format": "date-time"},
    "timestamp-nanos": {"type": "string", "format": "date-time"},
    "local-timestamp-millis": _TEXT,
    "local-timestamp-micros": _TEXT,
    "local-timestamp-nanos": _TEXT,
    "uuid": {"type": "string", "format": "uuid"},
}
_ALWAYS = ("id", "type", "timestamp", "order_id", "status", "data", "metadata", "bus")


def body_shape(schema: Schema) -> Shape:
    """Return the JSON Schema of the JSON body that tells of an event of this schema."""
    whole = _Reader().shape(schema.parsed)
    fields = cast("Mapping[str, Shape]", whole["properties"])
    data = {name: shape for name, shape in fields.items() if name not in LIFTED}
    return {
        "type": "object",
        "required": list(_ALWAYS),
        "properties": {
            "id": _told("string", "Also the header webhook-id; the same in every try."),
            "type": {"const": schema.event_type},
            "timestamp": {
                **_LOGICAL["timestamp-micros"],
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


class _Reader:
    """Reads types; a named one that holds itself is any value where it comes again."""

    def __init__(self) -> None:
        self._named: dict[str, Definition] = {}
        self._within: list[str] = []

    def field(self, field: Definition) -> Shape:
        """The shape of a record's field, with what it says of itself."""
        shape = self.shape(field["type"])
        doc = field.get("doc")
        return {**shape, "description": doc} if doc else shape

    def shape(self, kind: object) -> Shape:
        """The shape of a type."""
        if isinstance(kind, list):
            return self._union(kind)
        if isinstance(kind, str):
            known = self._named.get(kind)
            return self.shape(known) if known else dict(_PRIMITIVES[kind])
        definition = cast("Definition", kind)
        logical = _LOGICAL.get(str(definition.get("logicalType")))
        if "name" in definition:
            self._named[str(definition["name"])] = definition
        return dict(logical) if logical else self._complex(definition)

    def _union(self, kinds: list[object]) -> Shape:
        shapes = [self.shape(kind) for kind in kinds]
        some = [shape for shape in shapes if shape.get("type") != "null"]
        if len(some) == 1 and len(shapes) > 1:
            only = some[0]
            if isinstance(only.get("type"), str) and "enum" not in only:
                return {**only, "type": [only["type"], "null"]}
        return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}

    def _complex(self, kind: Definition) -> Shape:
        match kind["type"]:
            case "record" | "error":
                return self._record(kind)
            case "array":
                return {"type": "array", "items": self.shape(kind["items"])}
            case "map":
                values = self.shape(kind["values"])
                return {"type": "object", "additionalProperties": values}
            case "enum":
                return {"type": "string", "enum": kind["symbols"]}
            case other:
                return self.shape(other)

    def _record(self, kind: Definition) -> Shape:
        name = str(kind["name"])
        if name in self._within:
            return {}
        self._within.append(name)
        fields = cast("list[Definition]", kind["fields"])
        properties = {str(field["name"]): self.field(field) for field in fields}
        self._within.pop()
        return {
            "type": "object",
            "required": list(properties),
            "properties": properties,
        }
