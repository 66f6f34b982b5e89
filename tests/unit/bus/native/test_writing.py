"""Flat records written natively: as fastavro writes them, or left to it."""

import json

import pytest

from bus.contracts.codec import Schema, encode_unchecked, parse_schema
from bus.native import writing
from bus.native.loading import core, told
from bus.native.writing import flat

native = pytest.mark.skipif(core is None, reason=f"not built: {told}")


def schema_of(*types: object) -> Schema:
    """A record with fields `f0`, `f1`, … of these types."""
    fields = [{"name": f"f{n}", "type": one} for n, one in enumerate(types)]
    return parse_schema(json.dumps({"type": "record", "name": "R", "fields": fields}))


@native
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("string", "ü\x00"),
        ("string", ""),
        ("string", "x" * 200),
        ("int", -(2**31)),
        ("long", 2**63 - 1),
        ("long", -(2**63)),
        ({"type": "long", "logicalType": "timestamp-micros"}, 1_795_000_000_000_000),
        (["null", "string"], None),
        (["null", "string"], "00-ab"),
    ],
)
def test_the_same_bytes(schema: object, value: object) -> None:
    """Values of the types of our own records."""
    made = schema_of(schema)
    writer = flat(made, ["f0"])
    assert writer is not None
    wanted = encode_unchecked(made, 2**31 - 1, {"f0": value})
    assert writer.write(2**31 - 1, (value,)) == wanted


@native
def test_values_stand_in_any_order() -> None:
    """What no field has the name of is passed over."""
    made = schema_of("string", "int")
    writer = flat(made, ["f1", "other", "f0"])
    assert writer is not None
    wanted = encode_unchecked(made, 7, {"f0": "a", "f1": 1})
    assert writer.write(7, (1, object(), "a")) == wanted


@native
@pytest.mark.parametrize("value", ["\ud800", 1, None])
def test_what_is_no_text_is_left(value: object) -> None:
    """So are lone surrogates: Python says what is wrong with them."""
    writer = flat(schema_of("string"), ["f0"])
    assert writer is not None
    assert writer.write(1, (value,)) is None


@native
@pytest.mark.parametrize("value", [2**31, "1", 1.0, None])
def test_what_is_no_int_is_left(value: object) -> None:
    """Nothing is cut to fit."""
    writer = flat(schema_of("int"), ["f0"])
    assert writer is not None
    assert writer.write(1, (value,)) is None
    assert writer.write(1, ()) is None


@pytest.mark.parametrize(
    "schema", ["double", "bytes", ["string", "null"], {"type": "map", "values": "int"}]
)
def test_other_types_are_left(schema: object) -> None:
    """With the whole record."""
    assert flat(schema_of(schema), ["f0"]) is None


def test_a_field_without_a_value_is_left() -> None:
    """Its default is Python's to write."""
    assert flat(schema_of("string"), ["f1"]) is None


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is none."""
    monkeypatch.setattr(writing, "core", None)
    assert flat(schema_of("string"), ["f0"]) is None
