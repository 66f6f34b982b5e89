"""A schema as the library's nodes: what it does, and what it leaves to Python.

Types come as fastavro parsed them. A kind that is not listed here becomes a node that
is Python's; a record is read by the library as long as no value of such a kind comes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from bus.contracts.scalars import Definition

Node: TypeAlias = tuple[str, Sequence[str], Sequence[int], int, int]

_UNKNOWN: Node = ("unknown", (), (), 0, 0)
_PLAIN = {
    "null": "null",
    "boolean": "boolean",
    "int": "int",
    "long": "long",
    "string": "string",
}
_LOGICAL = {
    ("int", "date"): "date",
    ("long", "timestamp-millis"): "millis",
    ("long", "timestamp-micros"): "micros",
}
_MOST_NODES = 10_000
_MOST_DIGITS = 38


def nodes_of(parsed: Mapping[object, object]) -> list[Node] | None:
    """Return the nodes of a record's schema, itself the last; None: there are too many.

    `parsed` holds the definition of every type it names.
    """
    making = _Making()
    making.add(parsed)
    if len(making.nodes) > _MOST_NODES or making.nodes[-1][0] != "record":
        return None
    return making.nodes


def defaults_of(parsed: Mapping[object, object]) -> list[list[str | None]]:
    """Return the defaults of each of the nodes of `nodes_of`, as JSON, field by field.

    None where a field has none; a row of a node that is no record is empty.
    """
    making = _Making()
    making.add(parsed)
    return [making.defaults.get(number, []) for number in range(len(making.nodes))]


class _Making:
    """Adds types inside out; a named type is one node, however often it is named."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.defaults: dict[int, list[str | None]] = {}
        self._named: dict[str, int] = {}

    def add(self, schema: object) -> int:
        """Return the number of a type's node."""
        if isinstance(schema, list):
            branches = [self.add(branch) for branch in schema]
            return self._put(("union", (), branches, 0, 0))
        if isinstance(schema, str):
            if schema in _PLAIN:
                return self._put((_PLAIN[schema], (), (), 0, 0))
            # One that is open still holds itself: its depth is Python's to judge.
            known = self._named.get(schema)
            return self._put(_UNKNOWN) if known is None else known
        return self._complex(cast("Definition", schema))

    def _complex(self, schema: Definition) -> int:
        kind, logical = schema["type"], schema.get("logicalType")
        if logical is not None:
            return self._put(_logical(kind, logical, schema))
        match kind:
            case "record":
                return self._record(schema)
            case "enum":
                symbols = cast("list[str]", schema["symbols"])
                return self._name(schema, ("enum", symbols, (), 0, 0))
            case "array" | "map":
                item = self.add(schema["items" if kind == "array" else "values"])
                return self._put((kind, (), [item], 0, 0))
            case str() if kind in _PLAIN:
                return self.add(kind)
            case _:
                return self._put(_UNKNOWN)

    def _record(self, schema: Definition) -> int:
        fields = cast("list[Definition]", schema["fields"])
        names = [str(field["name"]) for field in fields]
        if len(set(names)) < len(names):
            return self._put(_UNKNOWN)
        parts = [self.add(field["type"]) for field in fields]
        number = self._name(schema, ("record", names, parts, 0, 0))
        self.defaults[number] = [
            json.dumps(field["default"]) if "default" in field else None
            for field in fields
        ]
        return number

    def _name(self, schema: Definition, node: Node) -> int:
        number = self._named[str(schema["name"])] = self._put(node)
        return number

    def _put(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1


def _logical(kind: object, logical: object, schema: Definition) -> Node:
    """A logical type; on an underlying one that is not its own it is Python's."""
    if (kind, logical) == ("bytes", "decimal"):
        scale, precision = schema.get("scale", 0), schema.get("precision")
        if (
            isinstance(scale, int)
            and isinstance(precision, int)
            and 0 <= scale <= _MOST_DIGITS
            and 0 < precision <= _MOST_DIGITS
        ):
            return ("decimal", (), (), scale, precision)
    named = _LOGICAL.get((str(kind), str(logical)))
    return (named, (), (), 0, 0) if named else _UNKNOWN
