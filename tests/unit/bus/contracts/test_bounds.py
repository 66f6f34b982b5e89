"""What a few bytes become has bounds: no record costs a process its life or time."""

import json
from contextlib import suppress
from io import BytesIO

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.contracts.bounds import MAX_DEPTH
from bus.contracts.codec import Schema, decode, parse_schema
from bus.contracts.writers import parse_writer
from bus.errors import ConfigurationError, DecodeError

EMPTY = {"type": "record", "name": "E", "fields": []}
CHAIN = {
    "type": "record",
    "name": "Chain",
    "fields": [{"name": "next", "type": ["null", "Chain"]}],
}
TREE = {
    "type": "record",
    "name": "Tree",
    "fields": [
        {"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["a", "b"]}},
        {"name": "sum", "type": {"type": "fixed", "name": "F", "size": 2}},
        {"name": "on", "type": ["boolean", "double", "string"]},
        {"name": "named", "type": {"type": "map", "values": ["null", "Tree"]}},
        {"name": "below", "type": {"type": "array", "items": "Tree"}},
    ],
}


def a_record(kind: object) -> dict[str, object]:
    """A record of one field of this type."""
    return {"type": "record", "name": "R", "fields": [{"name": "a", "type": kind}]}


def doubling(levels: int) -> dict[str, object]:
    """Records of two of the ones before: 2 ** levels empty ones in no byte."""
    kind: dict[str, object] = {"type": "record", "name": "D0", "fields": []}
    for n in range(1, levels):
        two = [{"name": "a", "type": kind}, {"name": "b", "type": f"D{n - 1}"}]
        kind = {"type": "record", "name": f"D{n}", "fields": two}
    return kind


def side_by_side(levels: int) -> dict[str, object]:
    """Flat in its text, deep in its values: each names the one before it."""
    chain = [EMPTY] + [
        {
            "type": "record",
            "name": f"C{n}",
            "fields": [{"name": "x", "type": f"C{n - 1}" if n else "E"}],
        }
        for n in range(levels)
    ]
    fields = [{"name": f"f{n}", "type": kind} for n, kind in enumerate(chain)]
    return {"type": "record", "name": "Top", "fields": fields}


@pytest.mark.parametrize(
    ("definition", "why"),
    [
        (a_record({"type": "array", "items": "null"}), "items take no bytes"),
        (a_record({"type": "array", "items": EMPTY}), "items take no bytes"),
        (
            a_record({"type": "array", "items": a_record("null") | {"name": "N"}}),
            "items take no bytes",
        ),
        (
            a_record({"type": "map", "values": doubling(6)}),
            "too many parts without bytes",
        ),
        (doubling(40), "too many parts without bytes"),
        (a_record("R"), "holds itself without end"),
        (side_by_side(MAX_DEPTH + 1), "nested more than 100 deep"),
        (
            a_record({"type": "bytes", "logicalType": "decimal", "precision": 10**9}),
            "a decimal of more than 1000 digits",
        ),
        (a_record("int") | {"doc": "x" * 1_000_000}, "too many for a schema"),
    ],
)
def test_a_schema_without_bounds_is_none(
    definition: dict[str, object], why: str
) -> None:
    """Its values could be endless, however few bytes they are."""
    with pytest.raises(ConfigurationError, match=why):
        parse_schema(json.dumps(definition))


@pytest.mark.parametrize("opened", ["[", '{"type":', '{"type":"array","items":'])
@pytest.mark.parametrize("levels", [200, 400, 900, 100_000])
def test_a_schema_nested_without_end_is_none(opened: str, levels: int) -> None:
    """However deep: a reason, never another error."""
    closed = {"[": "]"}.get(opened, "}")
    deep = f'{opened * levels}"int"{closed * levels}'
    text = '{"type":"record","name":"R","fields":[{"name":"a","type":' + deep + "}]}"
    for broken in (text, deep, opened * levels):
        with suppress(ConfigurationError):
            parse_writer(broken)


def written(schema: Schema, data: dict[str, object]) -> bytes:
    """The body as any producer writes it."""
    out = BytesIO()
    fastavro.schemaless_writer(out, json.loads(schema.text), data)
    return out.getvalue()


@pytest.mark.parametrize("levels", [MAX_DEPTH, 900, 100_000])
def test_a_body_nested_without_end_is_refused(levels: int) -> None:
    """It would end the process that reads it."""
    with pytest.raises(DecodeError, match="nested more than 100 deep"):
        decode(parse_schema(json.dumps(CHAIN)), b"\x02" * levels + b"\0")


def test_a_long_body_of_a_recursive_schema_is_read() -> None:
    """Only its depth counts, not its size."""
    schema = parse_schema(json.dumps(TREE))
    leaf = {"kind": "b", "sum": b"xy", "on": "é" * 30, "named": {}, "below": []}
    limb = leaf | {"on": 2.5, "named": {"one": leaf, "none": None}, "below": [leaf] * 9}
    tree = leaf | {"on": True, "below": [limb] * 5}
    assert decode(schema, written(schema, tree)) == tree


@given(st.binary(max_size=400), st.binary(max_size=3))
def test_any_bytes_of_a_recursive_schema_end_well(body: bytes, again: bytes) -> None:
    """A value, or a reason; the look at its depth knows no other end."""
    schema = parse_schema(json.dumps(TREE))
    with suppress(DecodeError):
        decode(schema, body + again * 200)


def test_a_decimal_of_endless_digits_is_refused() -> None:
    """Its time grows with the square of its bytes: a megabyte takes minutes."""
    amount = {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}
    schema = parse_schema(json.dumps(a_record(amount)))
    plain = parse_schema(json.dumps(a_record("bytes")))
    with pytest.raises(DecodeError, match="a decimal of 1000000 bytes"):
        decode(schema, written(plain, {"a": b"\x7f" * 1_000_000}))


def test_the_decimals_of_a_long_body_are_read() -> None:
    """Those of ordinary size, beside a long text."""
    amount = {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}
    definition = a_record(amount)
    definition["fields"] = [
        {"name": "a", "type": amount},
        {"name": "b", "type": "string"},
    ]
    schema = parse_schema(json.dumps(definition))
    data = decode(schema, b"\x02\x7f" + b"\xa0\x9c\x01" + b"x" * 10_000)
    assert str(data["a"]) == "1.27"


def test_a_union_of_many_records_is_parsed_once() -> None:
    """Each branch may name what those before it define; none is parsed again."""
    many = [
        {
            "type": "record",
            "name": f"R{n}",
            "fields": [{"name": "a", "type": f"R{n - 1}" if n % 50 else "int"}],
        }
        for n in range(1_000)
    ]
    assert len(parse_writer(json.dumps(many)).branches) == len(many)
