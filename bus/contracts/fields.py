"""The fields of an event type, explained: path, type, meaning, each in one row."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from bus.contracts.codec import Schema
from bus.contracts.validation import describe


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """One field: where it stands (`lines[].sku`), and what it is.

    `symbols` are the values of an enum.
    """

    path: str
    type: str
    doc: str
    optional: bool
    symbols: Sequence[str] = ()


def meaning_of(schema: Schema) -> str:
    """What an event type means."""
    return str(json.loads(schema.text).get("doc", ""))


def field_docs(schema: Schema) -> Iterator[FieldDoc]:
    """Every field in the order of the schema; a record's fields where it is defined."""
    seen: set[str] = set()
    for field in json.loads(schema.text)["fields"]:
        yield from _explained(field, "", seen)


def _explained(
    field: Mapping[str, object], within: str, seen: set[str]
) -> Iterator[FieldDoc]:
    path, kind = f"{within}{field['name']}", _without_null(field["type"])
    yield FieldDoc(
        path,
        describe(kind),
        str(field.get("doc", "")),
        optional="default" in field,
        symbols=_symbols(kind),
    )
    for record, steps in _records(kind, ""):
        if str(record["name"]) not in seen:
            seen.add(str(record["name"]))
            for inner in cast("list[Mapping[str, object]]", record["fields"]):
                yield from _explained(inner, f"{path}{steps}.", seen)


def _symbols(kind: object) -> Sequence[str]:
    if isinstance(kind, dict) and "symbols" in kind:
        return tuple(kind["symbols"])
    return ()


def _without_null(kind: object) -> object:
    if not isinstance(kind, list):
        return kind
    rest = [branch for branch in kind if branch != "null"]
    return rest[0] if len(rest) == 1 else rest


def _records(kind: object, steps: str) -> list[tuple[Mapping[str, object], str]]:
    """The records a field's type defines, with [] for each array on the way."""
    if isinstance(kind, list):
        return [found for branch in kind for found in _records(branch, steps)]
    if not isinstance(kind, dict):
        return []
    if "fields" in kind:
        return [(kind, steps)]
    return _records(kind.get("items"), f"{steps}[]")
