"""Avro types as JSON Schema: what plain JSON may say, and what it is told in.

The two differ. Who sends may leave out what has a default, write a decimal as a number
or as text, and nothing that the schema does not know (`natural.from_json`). Who is told
gets every field, decimals as text, and is to ignore what is new. Named types may become
components of their own, so that a schema stays readable.
"""

from collections.abc import Mapping
from typing import TypeAlias, cast

from bus.contracts.codec import Schema
from bus.contracts.scalars import Definition

Shape: TypeAlias = dict[str, object]

COMPONENTS = "#/components/schemas/"
_TEXT: Shape = {"type": "string"}
_BASE64: Shape = {"type": "string", "contentEncoding": "base64"}
_MOMENT: Shape = {"type": "string", "format": "date-time"}
_PRIMITIVES: Mapping[object, Shape] = {
    "null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "int": {"type": "integer", "format": "int32"},
    "long": {"type": "integer", "format": "int64"},
    "bytes": _BASE64,
    "fixed": _BASE64,
    "string": _TEXT,
}
_LOGICAL: Mapping[object, Shape] = {
    "date": {"type": "string", "format": "date"},
    "time-millis": _TEXT,
    "time-micros": _TEXT,
    "timestamp-millis": _MOMENT,
    "timestamp-micros": _MOMENT,
    "timestamp-nanos": _MOMENT,
    "local-timestamp-millis": _TEXT,
    "local-timestamp-micros": _TEXT,
    "local-timestamp-nanos": _TEXT,
    "uuid": {"type": "string", "format": "uuid"},
}
_DIGITS = r"^-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?$"
_SENT: Mapping[object, Shape] = {
    "decimal": {"type": ["number", "string"], "pattern": _DIGITS},
    "float": {"type": "number"},
    "double": {"type": "number"},
}
_TOLD: Mapping[object, Shape] = {
    "decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "float": {"type": ["number", "null"]},
    "double": {"type": ["number", "null"]},
}


class Shapes:
    """Reads schemas of one side, `sent` or told.

    With a `suffix` what they name is in `named` then, under names that end so, and
    referred to; a name that two schemas define differently is written out. Without one
    all is written out; a type that holds itself is any value where it comes again.
    """

    def __init__(self, *, sent: bool, suffix: str | None = None) -> None:
        self.named: dict[str, Shape] = {}
        self._sent = sent
        self._suffix = suffix
        self._kinds = {**_PRIMITIVES, **_LOGICAL, **(_SENT if sent else _TOLD)}
        self._here: dict[str, Shape] = {}

    def fields(self, schema: Schema) -> Mapping[str, Shape]:
        """The shapes of a record's fields; within them it is any value."""
        definition = cast("Definition", schema.parsed)
        self._here = {str(definition["name"]): {}}
        whole = self._record(definition)
        return cast("Mapping[str, Shape]", whole["properties"])

    def record(self, schema: Schema) -> Shape:
        """The shape of a whole record."""
        self._here = {}
        return self._shape(schema.parsed)

    def _shape(self, kind: object) -> Shape:
        if isinstance(kind, list):
            return self._union(kind)
        if isinstance(kind, str):
            return dict(self._here[kind] if kind in self._here else self._kinds[kind])
        definition = cast("Definition", kind)
        logical = definition.get("logicalType")
        if logical in self._kinds:
            return dict(self._kinds[logical])
        return self._complex(definition)

    def _union(self, kinds: list[object]) -> Shape:
        shapes = [self._shape(kind) for kind in kinds]
        some = [shape for shape in shapes if shape.get("type") != "null"]
        if len(some) == 1 and len(shapes) > 1 and isinstance(some[0].get("type"), str):
            shape = {**some[0], "type": [some[0]["type"], "null"]}
            if "enum" in shape:  # null has to be one of the words, too
                shape["enum"] = [*cast("list[object]", shape["enum"]), None]
            return shape
        return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}

    def _complex(self, kind: Definition) -> Shape:
        match kind["type"]:
            case "record" | "error" | "enum":
                return self._named(kind)
            case "array":
                return {"type": "array", "items": self._shape(kind["items"])}
            case "map":
                values = self._shape(kind["values"])
                return {"type": "object", "additionalProperties": values}
            case other:
                return self._shape(other)

    def _named(self, kind: Definition) -> Shape:
        name = str(kind["name"])
        key = f"{name}{self._suffix}"
        inline = self._suffix is None
        self._here[name] = {} if inline else {"$ref": f"{COMPONENTS}{key}"}
        shape = self._enum(kind) if kind["type"] == "enum" else self._record(kind)
        if inline or self.named.setdefault(key, shape) != shape:
            self._here[name] = shape
        return self._here[name]

    def _enum(self, kind: Definition) -> Shape:
        return _told({"type": "string", "enum": kind["symbols"]}, kind)

    def _record(self, kind: Definition) -> Shape:
        fields = cast("list[Definition]", kind["fields"])
        shapes = {str(f["name"]): _told(self._shape(f["type"]), f) for f in fields}
        needed = [str(f["name"]) for f in fields if not (self._sent and "default" in f)]
        shape: Shape = {"type": "object", "required": needed, "properties": shapes}
        if self._sent:
            shape["additionalProperties"] = False
        return _told(shape, kind)


def _told(shape: Shape, kind: Definition) -> Shape:
    """With what the schema says of itself."""
    doc = kind.get("doc")
    return {**shape, "description": doc} if doc else shape
