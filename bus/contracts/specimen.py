"""Data that a schema allows, for a type of which nobody wrote an example.

The values are plain JSON as `bus.contracts.natural` takes it. They mean nothing, but
each field has one, optional fields, too.
"""

from base64 import b64encode
from typing import cast

from bus.contracts.codec import Schema
from bus.contracts.natural import from_json
from bus.contracts.scalars import Definition

_MOMENT = "2026-01-15T10:30:00Z"
_PRIMITIVES: dict[object, object] = {
    "null": None,
    "boolean": True,
    "int": 1,
    "long": 1,
    "float": 1,
    "double": 1,
    "bytes": "b3JkZXJidXM=",
}
_UUID = "5ceb153a-cfc2-4729-bd47-28fb3f305ee1"
_DEEPEST = 8


def specimen(schema: Schema) -> dict[str, object]:
    """Return data of a schema, as if it had been written and read as Avro.

    Raises:
        InvalidEventError: It has a type that nothing plain can stand for.
    """
    return from_json(schema, _Maker().made(schema.parsed, "data", 0))


class _Maker:
    """Makes values; a named type may come again after it was defined."""

    def __init__(self) -> None:
        self._named: dict[str, Definition] = {}

    def made(self, kind: object, name: str, depth: int) -> object:
        """A value of a type, for a field of this name."""
        if isinstance(kind, list):
            return self._of_union(kind, name, depth)
        if isinstance(kind, str):
            if kind in self._named:
                return self.made(self._named[kind], name, depth + 1)
            return _PRIMITIVES.get(kind, name)
        definition = cast("Definition", kind)
        if "name" in definition:
            self._named[str(definition["name"])] = definition
        value = _of_logical(definition)
        if value is not None:
            return value
        return self._of_complex(definition, name, depth)

    def _of_union(self, kinds: list[object], name: str, depth: int) -> object:
        """Of its first branch that is not null, unless it goes on for ever."""
        if "null" in kinds and depth > _DEEPEST:
            return None
        return self.made(([k for k in kinds if k != "null"] or kinds)[0], name, depth)

    def _of_complex(self, kind: Definition, name: str, depth: int) -> object:
        once = range(depth <= _DEEPEST)  # one item; at last none, if it holds itself
        match kind["type"]:
            case "record" | "error":
                fields = cast("list[Definition]", kind["fields"])
                return {
                    str(field["name"]): self.made(
                        field["type"], str(field["name"]), depth + 1
                    )
                    for field in fields
                }
            case "array":
                return [self.made(kind["items"], name, depth + 1) for _ in once]
            case "map":
                return {
                    name: self.made(kind["values"], "value", depth + 1)
                    for name in ("name",)[: len(once)]
                }
            case "enum":
                symbols = cast("list[str]", kind["symbols"])
                known = [one for one in symbols if one != kind.get("default")]
                return (known or symbols)[0]
            case "fixed":
                return b64encode(bytes(cast("int", kind["size"]))).decode()
            case other:
                return self.made(other, name, depth)


def _of_logical(kind: Definition) -> object:
    """A value of a logical type; None if it is one of no meaning to us."""
    logical = str(kind.get("logicalType", ""))
    if logical == "decimal":
        scale, precision = kind.get("scale", 0), kind["precision"]
        return "1" if cast("int", precision) > cast("int", scale) else "0"
    by_start = {
        "date": _MOMENT[:10],
        "time-": _MOMENT[11:19],
        "timestamp-": _MOMENT,
        "local-timestamp-": _MOMENT[:19],
    }
    for start, value in by_start.items():
        if logical.startswith(start):
            return value
    return _UUID if logical == "uuid" and kind["type"] == "string" else None
