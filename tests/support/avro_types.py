"""Avro types and records, written shortly."""

import json
from collections.abc import Mapping

from avro.compatibility import ReaderWriterCompatibilityChecker
from avro.schema import parse


def record(*fields: Mapping[str, object], **attributes: object) -> str:
    """The text of a record `n.Order` with these fields."""
    return json.dumps(
        {"type": "record", "name": "n.Order", "fields": fields} | attributes
    )


def field(kind: object, **attributes: object) -> dict[str, object]:
    """A field `a`."""
    return {"name": "a", "type": kind} | attributes


def decimal(precision: int, scale: int) -> dict[str, object]:
    """A decimal type."""
    return {
        "type": "bytes",
        "logicalType": "decimal",
        "precision": precision,
        "scale": scale,
    }


def logical(kind: str, name: str) -> dict[str, object]:
    """A logical type."""
    return {"type": kind, "logicalType": name}


def enum(*symbols: str, **attributes: object) -> dict[str, object]:
    """An enum `n.E`."""
    return {"type": "enum", "name": "n.E", "symbols": symbols} | attributes


def fixed(size: int, name: str = "n.F") -> dict[str, object]:
    """A fixed type."""
    return {"type": "fixed", "name": name, "size": size}


def inner(
    kind: object, name: str = "n.Inner", **attributes: object
) -> dict[str, object]:
    """A record with a field `b`."""
    fields = [{"name": "b", "type": kind}]
    return {"type": "record", "name": name, "fields": fields} | attributes


def apache_allows(reader: str, writer: str) -> bool:
    """What Apache's checker says on its own."""
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    result = checker.get_compatibility(parse(reader), parse(writer))
    return result.compatibility.name == "compatible"
