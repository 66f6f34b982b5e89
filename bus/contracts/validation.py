"""Does a value fit an Avro schema, and if not, where and why?

fastavro's writer is lenient: it drops unknown fields, takes naive datetimes for
local ones and truncates. Here every type is compiled once into a function that
refuses all that by raising `Mismatch`; its path grows outwards while it travels, so
a value that fits pays nothing for it.
"""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import cast

from bus.contracts.scalars import (
    LOGICAL,
    PRIMITIVES,
    Check,
    Definition,
    Mismatch,
    decimal,
    refuse,
    sized,
    string,
)

_MISSING = object()


def compile_check(schema: object, references: Iterable[object] = ()) -> Check:
    """Return the function that raises `Mismatch` unless a value fits `schema`.

    Schemas are as fastavro parses them (all names full). `references` define types
    that `schema` names but does not hold.
    """
    named: dict[str, Check] = {}
    for reference in references:
        compile_type(reference, named)
    return compile_type(schema, named)


def compile_type(schema: object, named: dict[str, Check]) -> Check:
    """Return the check of a type that may use those of `named`; adds its own there."""
    if isinstance(schema, str):
        return PRIMITIVES.get(schema) or _late(schema, named)
    if isinstance(schema, list):
        return _union(schema, named)
    definition = cast("Definition", schema)
    logical = LOGICAL.get((definition["type"], definition.get("logicalType")))
    if logical is not None:
        return logical(definition)
    compiler = _COMPLEX.get(str(definition["type"]))
    if compiler is None:
        return compile_type(definition["type"], named)
    return compiler(definition, named)


def _late(name: str, named: dict[str, Check]) -> Check:
    """A reference to a named type; a recursive one is not compiled yet."""

    def check(value: object) -> None:
        named[name](value)

    return named.get(name) or check


def describe(schema: object) -> str:
    """Name a type in a few words: `string`, `decimal(18,4)`, `array of Money`."""
    match schema:
        case list():
            name = " or ".join(describe(branch) for branch in schema)
        case {"logicalType": "decimal", "precision": precision, "scale": scale}:
            name = f"decimal({precision},{scale})"
        case {"logicalType": str(logical)}:
            name = logical
        case {"type": "array", "items": items}:
            name = f"array of {describe(items)}"
        case {"type": "map", "values": values}:
            name = f"map of {describe(values)}"
        case {"name": inner} | {"type": inner}:
            name = describe(inner)
        case _:
            name = str(schema).rpartition(".")[2]
    return name


def _record(schema: Definition, named: dict[str, Check]) -> Check:
    name = str(schema["name"])
    fields = [
        (str(field["name"]), compile_type(field["type"], named), "default" not in field)
        for field in cast("list[Definition]", schema["fields"])
    ]
    expected = {
        str(field["name"]): describe(field["type"])
        for field in cast("list[Definition]", schema["fields"])
    }
    record = describe(name)

    def check(value: object) -> None:
        if not isinstance(value, dict | Mapping):
            raise refuse(f"an object ({record})", value)
        known = 0
        for field, check_field, required in fields:
            item = value.get(field, _MISSING)
            if item is not _MISSING:
                known += 1
                try:
                    check_field(item)
                except Mismatch as mismatch:
                    mismatch.path.append(field)
                    raise
            elif required:
                raise Mismatch(f"missing; expected {expected[field]}", field)
        if known != len(value):
            raise _unknown_field(record, expected, value)

    named[name] = check
    return check


def _unknown_field(
    record: str, expected: Mapping[str, str], value: Mapping[object, object]
) -> Mismatch:
    stranger = str(next(name for name in value if name not in expected))
    near = get_close_matches(stranger, expected, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return Mismatch(f"{record} has no such field{hint}", stranger)


def _enum(schema: Definition, named: dict[str, Check]) -> Check:
    symbols = tuple(cast("list[str]", schema["symbols"]))
    known = frozenset(symbols)

    def check(value: object) -> None:
        if not isinstance(value, str):
            raise refuse(f"one of {', '.join(symbols)}", value)
        if value not in known:
            raise Mismatch(f"expected one of {', '.join(symbols)}; got {value!r:.40}")

    named[str(schema["name"])] = check
    return check


def _fixed(schema: Definition, named: dict[str, Check]) -> Check:
    is_decimal = schema.get("logicalType") == "decimal"
    check = decimal(schema) if is_decimal else sized(cast("int", schema["size"]))
    named[str(schema["name"])] = check
    return check


def _array(schema: Definition, named: dict[str, Check]) -> Check:
    check_item = compile_type(schema["items"], named)

    def check(value: object) -> None:
        if not isinstance(value, list | tuple):
            raise refuse("array", value)
        for index, item in enumerate(value):
            try:
                check_item(item)
            except Mismatch as mismatch:
                mismatch.path.append(f"[{index}]")
                raise

    return check


def _map(schema: Definition, named: dict[str, Check]) -> Check:
    check_value = compile_type(schema["values"], named)

    def check(value: object) -> None:
        if not isinstance(value, dict | Mapping):
            raise refuse("map", value)
        for key, item in value.items():
            try:
                string(key)
                check_value(item)
            except Mismatch as mismatch:
                mismatch.path.append(f'["{key}"]')
                raise

    return check


def _union(schema: list[object], named: dict[str, Check]) -> Check:
    branches = [compile_type(branch, named) for branch in schema if branch != "null"]
    nullable = len(branches) < len(schema)
    expected = describe(schema)

    def check(value: object) -> None:
        if value is None and nullable:
            return
        if len(branches) == 1:
            branches[0](value)
        elif not any(_fits(branch, value) for branch in branches):
            raise refuse(expected, value)

    return check


def _fits(check: Check, value: object) -> bool:
    try:
        check(value)
    except Mismatch:
        return False
    return True


_COMPLEX: dict[str, Callable[[Definition, dict[str, Check]], Check]] = {
    "record": _record,
    "error": _record,
    "enum": _enum,
    "fixed": _fixed,
    "array": _array,
    "map": _map,
}
