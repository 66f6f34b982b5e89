"""Data as plain JSON writes it, taken in by an Avro schema.

Avro has a JSON encoding of its own (a union names its branch, a date is a number), and
nobody's CloudEvents use it. Here a union is its plain value, a time RFC 3339, a date or
a time of day ISO 8601, a decimal a number or a text of digits, bytes base64, a UUID and
an enum text. What is left out takes its default. Everything else has to be just what
the schema says, and is what the same event written in Avro would be.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple, cast

from bus.contracts.codec import Schema, decode, encode
from bus.contracts.framing import FRAME
from bus.contracts.lifts import (
    LOGICAL,
    PRIMITIVES,
    Lift,
    as_it_is,
    bytes_lift,
    decimal_lift,
)
from bus.contracts.scalars import Check, Definition, Mismatch
from bus.contracts.validation import compile_type
from bus.errors import DecodeError, InvalidEventError

_LARGE = 4_096
"""From here on reading has bounds that a body may break: it is read, to be sure."""


class Taken(NamedTuple):
    """The data of a JSON value, and the Avro body that it is."""

    data: dict[str, object]
    body: bytes


def from_json(schema: Schema, value: object) -> dict[str, object]:
    """Return the data of a JSON value, as if it had been written and read as Avro.

    Numbers with a point have to be `Decimal`, as `jsontext.read_json` makes them.

    Raises:
        InvalidEventError: With the path of the first field that does not fit, and why.
    """
    return take_json(schema, value).data


def take_json(
    schema: Schema, value: object, needed: Collection[str] | None = None
) -> Taken:
    """Return the data of a JSON value as `from_json` does, and its body.

    Where only `needed` fields of the data are of use, a value that has them all is not
    read back: it holds them as they would be read, and no defaults.
    """
    try:
        lifted = _lift_of(schema)(value)
    except Mismatch as mismatch:
        raise InvalidEventError(mismatch.place or "data", mismatch.why) from None
    except RecursionError:
        raise InvalidEventError("data", "is nested too deeply") from None
    data = cast("dict[str, object]", lifted)
    body = encode(schema, 0, data)[FRAME.size :]
    if needed is not None and len(body) < _LARGE and data.keys() >= set(needed):
        return Taken(data, body)
    try:
        return Taken(decode(schema, body), body)
    except DecodeError as error:
        raise InvalidEventError("data", str(error)) from None


@lru_cache(maxsize=1_000)
def _lift_of(schema: Schema) -> Lift:
    checks: dict[str, Check] = {}
    compile_type(schema.parsed, checks)
    return _Compiler(checks).lift(schema.parsed)


# --- types that hold others


class _Compiler:
    """Makes one function of each type; a named type is compiled once."""

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks
        self._named: dict[str, Lift] = {}

    def lift(self, schema: object) -> Lift:
        """Return what turns JSON into a value of this type, as far as it can."""
        if isinstance(schema, str):
            return PRIMITIVES.get(schema) or self._reference(schema)
        if isinstance(schema, list):
            return self._union(schema)
        definition = cast("Definition", schema)
        logical = LOGICAL.get((definition["type"], definition.get("logicalType")))
        return logical or self._complex(definition)

    def _reference(self, name: str) -> Lift:
        if name in {"string", "boolean", "null"}:
            return as_it_is

        def lift(value: object) -> object:
            return self._named[name](value)  # a recursive one is not compiled yet

        return lift

    def _complex(self, schema: Definition) -> Lift:
        kind = schema["type"]
        is_decimal = schema.get("logicalType") == "decimal"
        if kind == "array":
            return self._array(schema)
        if kind == "map":
            return self._map(schema)
        if kind == "fixed":
            lift = decimal_lift(schema) if is_decimal else bytes_lift
        elif kind == "enum":
            lift = as_it_is
        elif kind in {"record", "error"}:
            lift = self._record(schema)
        else:
            return decimal_lift(schema) if is_decimal else self.lift(kind)
        self._named[str(schema["name"])] = lift
        return lift

    def _record(self, schema: Definition) -> Lift:
        lifts: dict[str, Lift] = {}

        def lift(value: object) -> object:
            if not isinstance(value, dict):
                return value
            return {
                name: _at(lifts[name], name, item) if name in lifts else item
                for name, item in value.items()
            }

        # Its own name has to be known to its fields.
        self._named[str(schema["name"])] = lift
        for field in cast("list[Definition]", schema["fields"]):
            lifts[str(field["name"])] = self.lift(field["type"])
        return lift

    def _array(self, schema: Definition) -> Lift:
        lift_item = self.lift(schema["items"])

        def lift(value: object) -> object:
            if not isinstance(value, list):
                return value
            return [_at(lift_item, f"[{n}]", item) for n, item in enumerate(value)]

        return lift

    def _map(self, schema: Definition) -> Lift:
        lift_value = self.lift(schema["values"])

        def lift(value: object) -> object:
            if not isinstance(value, dict):
                return value
            return {k: _at(lift_value, f'["{k}"]', item) for k, item in value.items()}

        return lift

    def _union(self, schema: list[object]) -> Lift:
        """The first branch that a value fits; a lone one says why it does not."""
        branches = [
            (self.lift(branch), compile_type(branch, self._checks))
            for branch in schema
            if branch != "null"
        ]

        def lift(value: object) -> object:
            if value is None:
                return None
            if len(branches) == 1:
                return branches[0][0](value)
            for lift_branch, check in branches:
                try:
                    lifted = lift_branch(value)
                    check(lifted)
                except Mismatch:
                    continue
                return lifted
            return value

        return lift


def _at(lift: Lift, step: str, value: object) -> object:
    try:
        return lift(value)
    except Mismatch as mismatch:
        mismatch.path.append(step)
        raise
