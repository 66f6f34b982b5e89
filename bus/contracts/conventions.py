"""What we ask of a schema file beyond being valid Avro.

Every event tells the same seven things first, every field is explained, files are
where their names say, and a type that several files hold is the same in all. What a
channel said (`intake.*`) knows less than a fact of the OMS: nobody has counted its
versions, and it may name no account.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeAlias, cast

Definition: TypeAlias = Mapping[str, object]

COMMON_FIELDS: dict[str, object] = {
    "order_id": "string",
    "status": "enum",
    "occurred_at": {"type": "long", "logicalType": "timestamp-micros"},
    "order_version": "long",
    "channel": "string",
    "account_id": "string",
    "metadata": {"type": "map", "values": "string"},
}
INTAKE_FIELDS: dict[str, object] = {
    name: kind for name, kind in COMMON_FIELDS.items() if name != "order_version"
} | {"account_id": ["null", "string"]}


def faults(path: str, text: str) -> tuple[str, ...]:
    """Return what is wrong with a file, `<family>/<RecordName>.avsc`; maybe nothing.

    `text` is one that `bus.contracts.codec.parse_schema` accepts.
    """
    schema: Definition = json.loads(text)
    return (
        *_misplaced(PurePosixPath(path), schema),
        *_uncommon(schema),
        *_unexplained(schema, ""),
        *_bad_defaults(schema, ""),
    )


def shared_faults(files: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return which named types differ between files, each named once."""
    first: dict[str, tuple[str, object]] = {}
    found: dict[str, str] = {}
    for path, text in files:
        for name, content in _named_types(json.loads(text)):
            origin, expected = first.setdefault(name, (path, content))
            if content != expected:
                found.setdefault(name, f"{name} in {path} differs from {origin}'s")
    return tuple(found.values())


def _misplaced(path: PurePosixPath, schema: Definition) -> Iterator[str]:
    family = str(schema.get("event_type", "")).partition(".")[0]
    namespace = str(schema.get("namespace", ""))
    if path.stem != schema.get("name"):
        yield f"the file is {path.name}, but the record is {schema.get('name')}"
    if family != path.parent.name:
        yield f"its family is {family or 'not given'}, its folder {path.parent.name}"
    if not re.fullmatch(rf"(\w+\.)*{re.escape(family)}\.v\d+", namespace):
        yield f"its namespace is {namespace!r}, not oms.{family}.v1"


def _uncommon(schema: Definition) -> Iterator[str]:
    types = {str(field["name"]): field["type"] for field in _fields(schema)}
    is_intake = str(schema.get("event_type", "")).startswith("intake.")
    for name, expected in (INTAKE_FIELDS if is_intake else COMMON_FIELDS).items():
        actual = types.get(name)
        if actual is None:
            yield f"{name} is missing; every event has it"
        elif not _is(actual, expected):
            yield f"{name} is not of type {json.dumps(expected)}"


def _is(actual: object, expected: object) -> bool:
    if expected == "enum":
        is_reference = isinstance(actual, str) and "." in actual
        return is_reference or (isinstance(actual, dict) and actual["type"] == "enum")
    return actual == expected


def _unexplained(schema: object, place: str) -> Iterator[str]:
    for named, at in _walk(schema, place):
        if not named.get("doc"):
            yield f"{at or 'the record'} has no doc"
        for field in _fields(named):
            if not field.get("doc"):
                yield f"{_join(at, str(field['name']))} has no doc"


def _bad_defaults(schema: object, place: str) -> Iterator[str]:
    for named, at in _walk(schema, place):
        for field in _fields(named):
            kind, name = field["type"], _join(at, str(field["name"]))
            if not isinstance(kind, list) or "null" not in kind:
                continue
            if kind[0] != "null" or field.get("default", ...) is not None:
                yield f'{name} may be null: put "null" first and default null'


def _fields(schema: Definition) -> list[Definition]:
    return cast("list[Definition]", schema.get("fields", []))


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _walk(schema: object, place: str) -> Iterator[tuple[Definition, str]]:
    """Every named type that is defined in a schema, with the field that holds it."""
    if isinstance(schema, list):
        for branch in schema:
            yield from _walk(branch, place)
    elif isinstance(schema, dict):
        if "name" in schema:
            yield schema, place
        for inner in (schema.get("items"), schema.get("values"), schema["type"]):
            yield from _walk(inner, place)
        for field in _fields(schema):
            yield from _walk(field["type"], _join(place, str(field["name"])))


def _named_types(schema: object) -> Iterator[tuple[str, object]]:
    """Full name and content of each type, inner types reduced to their names."""
    for named, _place in _walk(schema, ""):
        space = named.get("namespace")
        if space:
            yield f"{space}.{named['name']}", _reduced(named, str(space), top=True)


def _reduced(schema: object, space: str, *, top: bool = False) -> object:
    if isinstance(schema, list):
        return [_reduced(item, space) for item in schema]
    if not isinstance(schema, dict):
        return schema
    own = str(schema.get("namespace", space))
    if not top and not schema.keys().isdisjoint({"fields", "symbols", "size"}):
        return f"{own}.{schema['name']}"
    return {key: _reduced(value, own) for key, value in schema.items()}
