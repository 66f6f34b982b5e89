"""What an event has room for: the fields of an Avro schema, as a mapping sees them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bus.contracts.codec import Schema
from bus.intake.converters.kinds import Kind

_Definition = Mapping[str, object]
_PLAIN = {
    "string": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "int": Kind.INTEGER,
    "long": Kind.INTEGER,
}
_LOGICAL = {
    "timestamp-micros": Kind.TIME,
    "date": Kind.DAY,
    "decimal": Kind.DECIMAL,
}
_AMOUNTS = frozenset({"oms.intake.v1.Amount", "oms.intake.v1.Price"})


@dataclass(slots=True)
class Target:
    """Room for one value.

    Attributes:
        kind: Of a plain value; None for a record, or a list of records.
        fields: Of a record, or of each record of a list.
        required: Names of the fields that have no default.
        is_list: Whether it is a list of what the rest says.
        symbols: Of an enum.
        scale: Of a decimal.
    """

    kind: Kind | None = None
    fields: dict[str, "Target"] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    is_list: bool = False
    symbols: tuple[str, ...] = ()
    scale: int = 0

    @property
    def wanted(self) -> str:
        """What it wants, for people."""
        if self.is_list and self.fields:
            return "a list of blocks"
        if self.kind is None:
            return "a block of fields"
        return f"one of {', '.join(self.symbols)}" if self.symbols else self.kind.value


def target_of(schema: Schema) -> Target:
    """What an event of a schema has room for."""
    return _Reader().of(json.loads(schema.text))


class _Reader:
    """Reads a schema; a named type may come again after it was defined."""

    def __init__(self) -> None:
        self._named: dict[str, Target] = {}

    def of(self, kind: object) -> Target:
        if isinstance(kind, list):
            return self.of(next(branch for branch in kind if branch != "null"))
        if isinstance(kind, str):
            return self._named.get(kind) or Target(_PLAIN.get(kind, Kind.ANY))
        return self._defined(cast("_Definition", kind))

    def _defined(self, definition: _Definition) -> Target:
        logical = _LOGICAL.get(str(definition.get("logicalType")))
        if logical:
            return Target(logical, scale=cast("int", definition.get("scale", 0)))
        match definition["type"]:
            case "record":
                return self._record(definition)
            case "enum":
                symbols = cast("list[str]", definition["symbols"])
                return self._known(
                    definition, Target(Kind.TEXT, symbols=tuple(symbols))
                )
            case "array":
                return _listed(self.of(definition["items"]))
            case "map":
                return Target(Kind.MAP)
            case plain:
                return self.of(plain)

    def _record(self, definition: _Definition) -> Target:
        name = f"{definition['namespace']}.{definition['name']}"
        target = self._known(
            definition, Target(Kind.AMOUNT if name in _AMOUNTS else None)
        )
        required = []
        for one in cast("list[_Definition]", definition["fields"]):
            target.fields[str(one["name"])] = self.of(one["type"])
            if "default" not in one:
                required.append(str(one["name"]))
        target.required = tuple(required)
        return target

    def _known(self, definition: _Definition, target: Target) -> Target:
        self._named[f"{definition['namespace']}.{definition['name']}"] = target
        return target


def _listed(item: Target) -> Target:
    if not item.fields:
        return Target(Kind.TEXTS, is_list=True)
    return Target(None, item.fields, item.required, is_list=True)
