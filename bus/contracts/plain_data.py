"""Plain JSON data made into what Avro takes: texts become times, dates, decimals.

What cannot be converted is left as it is: the check against the schema then says
which field does not fit, and why.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias, cast

from bus.contracts.codec import Schema

Named: TypeAlias = dict[str, Mapping[str, object]]


def read_plain(schema: Schema, data: Mapping[str, object]) -> dict[str, object]:
    """The data of an event as its schema's types, from plain JSON values.

    Numbers may be `Decimal` (`json.loads(text, parse_float=Decimal)`), so that no
    amount goes through binary fractions.
    """
    found = _read(json.loads(schema.text), data, {})
    return cast("dict[str, object]", found)


def _read(kind: object, value: object, named: Named) -> object:
    if isinstance(kind, list):
        rest = [branch for branch in kind if branch != "null"]
        return (
            value if value is None or len(rest) != 1 else _read(rest[0], value, named)
        )
    if isinstance(kind, str):
        definition = named.get(_short(kind))
        return (
            _plain(kind, value)
            if definition is None
            else _read(definition, value, named)
        )
    if not isinstance(kind, Mapping):
        return value
    if kind.get("type") == "record":
        return _record(kind, value, named)
    return _within(kind, value, named)


def _within(kind: Mapping[str, object], value: object, named: Named) -> object:
    logical = str(kind.get("logicalType", ""))
    if logical in _LOGICAL:
        return _converted(_LOGICAL[logical], value)
    match kind.get("type"):
        case "array" if isinstance(value, list):
            return [_read(kind["items"], item, named) for item in value]
        case "map" if isinstance(value, Mapping):
            return {k: _read(kind["values"], v, named) for k, v in value.items()}
        case "enum" | "fixed":
            return value
        case inner:
            return _read(inner, value, named)


def _record(kind: Mapping[str, object], value: object, named: Named) -> object:
    named[_short(str(kind["name"]))] = kind
    fields = cast("list[Mapping[str, object]]", kind["fields"])
    if not isinstance(value, Mapping):
        return value
    # All of them, in order: a later field may name what an earlier one defines.
    kinds = {str(field["name"]): field["type"] for field in fields}
    for field_kind in kinds.values():
        _define(field_kind, named)
    return {k: _read(kinds.get(k), v, named) for k, v in value.items()}


def _short(name: str) -> str:
    """A name without its namespace, which may be inherited and not written."""
    return name.rpartition(".")[2]


def _define(kind: object, named: Named) -> None:
    """Learn the records that a type defines, whether or not a value is there."""
    if isinstance(kind, list):
        for branch in kind:
            _define(branch, named)
    elif isinstance(kind, Mapping):
        if kind.get("type") == "record":
            _record(kind, {}, named)
        else:
            _define(kind.get("items", kind.get("values")), named)


def _plain(kind: str, value: object) -> object:
    if kind in {"double", "float"} and isinstance(value, Decimal):
        return float(value)
    return value


def _converted(convert: Callable[[object], object], value: object) -> object:
    try:
        return convert(value)
    except (ValueError, TypeError, InvalidOperation):
        return value


def _moment(value: object) -> datetime:
    return datetime.fromisoformat(cast("str", value))


def _day(value: object) -> date:
    return date.fromisoformat(cast("str", value))


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError("no decimal")
    return Decimal(value)


_LOGICAL: Mapping[str, Callable[[object], object]] = {
    "timestamp-millis": _moment,
    "timestamp-micros": _moment,
    "timestamp-nanos": _moment,
    "date": _day,
    "decimal": _decimal,
}
