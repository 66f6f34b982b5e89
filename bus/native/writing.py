"""Flat records and lines of our own making, written without a dict."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from bus.contracts.codec import Schema
from bus.contracts.scalars import Definition
from bus.native.loading import core

if TYPE_CHECKING:
    from bus.native._core import Flat, Line

_PLAIN = {"string": "string", "int": "int", "long": "long"}
_OPTIONAL = ["null", "string"]


def flat(schema: Schema, names: Sequence[str]) -> "Flat | None":
    """Return what writes this schema of values that stand in the order of `names`.

    None: without the library, or with a field that is not named, or of a type other
    than text, numbers, microseconds and text that may be missing.
    """
    if core is None:
        return None
    fields = cast("list[Definition]", schema.parsed["fields"])
    made: list[tuple[int, str]] = []
    for field in fields:
        kind = _kind(field["type"])
        if kind is None or field["name"] not in names:
            return None
        made.append((names.index(str(field["name"])), kind))
    writer: Flat = core.Flat(made)
    return writer


def line(
    fields: Sequence[tuple[str, str, bool]], hints: Sequence[bytes]
) -> "Line | None":
    """Return what writes a log line of these fields; None: without the library.

    A field is its name, its kind (`text`, `int`, `float`), and whether it is left out
    where its value is empty. A line with one of the `hints`, or with anything but
    visible ASCII, is left to Python.
    """
    if core is None:
        return None
    writer: Line = core.Line(fields, hints)
    return writer


def _kind(schema: object) -> str | None:
    if isinstance(schema, str):
        return _PLAIN.get(schema)
    if schema == _OPTIONAL:
        return "optional"
    if isinstance(schema, dict):
        micros = schema.get("logicalType") == "timestamp-micros"
        return "long" if micros and schema["type"] == "long" else None
    return None
