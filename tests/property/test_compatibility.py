"""A change that passes the check does not stop a real reader."""

import json
from decimal import Decimal
from io import BytesIO
from typing import cast

import fastavro
from avro.compatibility import ReaderWriterCompatibilityChecker
from avro.schema import parse
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.contracts.compatibility import Level, check
from tests.support.examples import examples

Schema = dict[str, object]
SIMPLE: dict[str, object] = {
    "int": 7,
    "long": 2**40,
    "double": 1.5,
    "string": "text",
    "bytes": b"bytes",
    "null": None,
    "boolean": True,
}


def decimal(scale: int, precision: int) -> Schema:
    """A decimal type."""
    return {
        "type": "bytes",
        "logicalType": "decimal",
        "scale": scale,
        "precision": precision,
    }


def enum(symbols: list[str], *, default: bool) -> Schema:
    """An enum, maybe with its first symbol as default."""
    schema: Schema = {"type": "enum", "name": "n.E", "symbols": symbols}
    return schema | {"default": symbols[0]} if default else schema


names = st.sampled_from(["string", "int", "long", "double", "bytes", "boolean"])
leaves: st.SearchStrategy[object] = st.one_of(
    names,
    st.builds(decimal, st.integers(0, 2), st.integers(4, 5)),
    st.builds(
        enum,
        st.lists(st.sampled_from("xyz"), min_size=1, max_size=3, unique=True),
        default=st.booleans(),
    ),
)
types: st.SearchStrategy[object] = st.one_of(
    leaves,
    st.builds(lambda kind: ["null", kind], leaves),
    st.builds(lambda kind: {"type": "array", "items": kind}, leaves),
    st.builds(lambda kind: {"type": "map", "values": kind}, leaves),
)


@st.composite
def records(draw: st.DrawFn) -> Schema:
    """Records over few names and types, so that two often have much in common."""
    fields: list[Schema] = []
    for name in draw(st.lists(st.sampled_from("abc"), unique=True)):
        kind = draw(types) if not _has_enum(fields) else draw(names)
        field: Schema = {"name": name, "type": kind}
        if isinstance(kind, list) and draw(st.booleans()):
            field["default"] = None
        alias = draw(st.sampled_from(["", "a", "b", "c", "d"]))
        fields.append(field | ({"aliases": [alias]} if alias else {}))
    name = draw(st.sampled_from(["n.A", "n.A", "n.A", "m.A", "n.B"]))
    aliases = draw(st.sampled_from([[], ["n.A"], ["A"]]))
    return {"type": "record", "name": name, "aliases": aliases, "fields": fields}


def _has_enum(fields: list[Schema]) -> bool:
    return "symbols" in json.dumps(fields)


def example(kind: object) -> object:
    """A value of a type."""
    if isinstance(kind, str):
        return SIMPLE[kind]
    if isinstance(kind, list):
        return example(kind[1])
    match cast("Schema", kind):
        case {"logicalType": "decimal", "scale": int(scale)}:
            return Decimal(12).scaleb(-scale)
        case {"type": "array", "items": items}:
            return [example(items)]
        case {"type": "map", "values": inner}:
            return {"key": example(inner)}
        case definition:
            return cast("list[str]", definition["symbols"])[-1]


@given(old=records(), new=records())
@settings(max_examples=examples(1000), deadline=None)
def test_what_passes_can_be_read(old: Schema, new: Schema) -> None:
    """A real reader reads old data with the new schema, and amounts stay."""
    if check(json.dumps(new), [("old", json.dumps(old))], Level.BACKWARD):
        return
    fields = cast("list[Schema]", old["fields"])
    data = {str(field["name"]): example(field["type"]) for field in fields}
    stream = BytesIO()
    fastavro.schemaless_writer(stream, old, data)
    stream.seek(0)
    read = cast("Schema", fastavro.schemaless_reader(stream, old, new))
    for name, value in data.items():
        if isinstance(value, Decimal) and name in read:
            assert read[name] in (value, None)


@given(old=records(), new=records())
@settings(max_examples=examples(1000), deadline=None)
def test_without_our_rules_it_is_apaches(old: Schema, new: Schema) -> None:
    """Apart from logical types and aliases, the verdict is that of Apache's checker."""
    old_text = json.dumps(old).replace("logicalType", "note")
    new_text = json.dumps(new).replace("logicalType", "note").replace('"A"', '"n.A"')
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    verdict = checker.get_compatibility(parse(new_text), parse(old_text))
    reasons = check(new_text, [("old", old_text)], Level.BACKWARD)
    apaches = [reason for reason in reasons if "libraries differ" not in reason]
    assert bool(apaches) == (verdict.compatibility.name == "incompatible")


@given(old=records(), new=records())
@settings(max_examples=examples(300), deadline=None)
def test_full_is_both_directions(old: Schema, new: Schema) -> None:
    """FULL refuses what BACKWARD or FORWARD refuses; FORWARD is BACKWARD mirrored."""
    old_text, new_text = json.dumps(old), json.dumps(new)
    backward = check(new_text, [("v1", old_text)], Level.BACKWARD)
    forward = check(new_text, [("v1", old_text)], Level.FORWARD)
    full = check(new_text, [("v1", old_text)], Level.FULL)
    mirrored = check(old_text, [("v1", new_text)], Level.BACKWARD)
    assert full == backward + forward
    assert bool(forward) == bool(mirrored)
