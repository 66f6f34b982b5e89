"""Each Avro type takes what fits it and says why it refuses the rest."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import fastavro
import pytest

from bus.contracts.scalars import Mismatch
from bus.contracts.validation import compile_check, describe

AWARE = datetime(2026, 1, 1, tzinfo=UTC)
NAIVE = AWARE.replace(tzinfo=None)
DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}
MICROS = {"type": "long", "logicalType": "timestamp-micros"}
LOCAL = {"type": "long", "logicalType": "local-timestamp-millis"}
ENUM = {"type": "enum", "name": "E", "symbols": ["a", "b"]}
POINT = {
    "type": "record",
    "name": "Point",
    "fields": [
        {"name": "x", "type": "int"},
        {"name": "y", "type": "int", "default": 0},
    ],
}
FIXED = {"type": "fixed", "name": "F", "size": 2}
FIXED_DECIMAL = {
    "type": "fixed",
    "name": "F",
    "size": 8,
    "logicalType": "decimal",
    "precision": 4,
    "scale": 1,
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("null", None),
        ("boolean", True),
        ("boolean", False),
        ("string", "naïve"),
        ("bytes", b"x"),
        ("int", 2**31 - 1),
        ("int", -(2**31)),
        ("long", -(2**63)),
        ("float", 3),
        ("double", 1.5),
        (DECIMAL, Decimal("-9999.99")),
        (DECIMAL, Decimal("1E+3")),
        (DECIMAL, Decimal("0E+9")),
        (MICROS, AWARE),
        ({"type": "long", "logicalType": "timestamp-millis"}, AWARE),
        (LOCAL, NAIVE),
        ({"type": "int", "logicalType": "date"}, date(2026, 1, 1)),
        ({"type": "int", "logicalType": "time-millis"}, time(1)),
        ({"type": "string", "logicalType": "uuid"}, UUID(int=5)),
        ({"type": "long", "logicalType": "unheard-of"}, 5),
        ({"type": "string"}, "x"),
        (ENUM, "a"),
        (FIXED, b"ab"),
        (FIXED_DECIMAL, Decimal("999.9")),
        ({"type": "array", "items": "int"}, (1, 2)),
        ({"type": "map", "values": "int"}, {"a": 1}),
        (POINT, {"x": 1}),
        (POINT, MappingProxyType({"x": 1, "y": 2})),
        (["null", "string"], None),
        (["null", "string"], "x"),
        (["string", "int"], 5),
    ],
)
def test_what_fits_is_taken(schema: object, value: object) -> None:
    """A value that the type can hold is not refused."""
    compile_check(schema)(value)


@pytest.mark.parametrize(
    ("schema", "value", "place", "why"),
    [
        ("null", 0, "", "expected null, got int"),
        ("boolean", 1, "", "expected boolean, got int"),
        ("string", None, "", "expected string, got null"),
        ("string", b"x", "", "expected string, got bytes"),
        ("string", "\ud800", "", "expected text that UTF-8 can hold"),
        ("bytes", "x", "", "expected bytes, got str"),
        ("int", True, "", "expected int, got bool"),
        ("int", 1.0, "", "expected int, got float"),
        ("int", 2**31, "", "expected int (-2147483648 to 2147483647)"),
        ("long", 2**63, "", "got a number beyond it"),
        ("float", "1", "", "expected float, got str"),
        ("float", 1e39, "", "expected a finite float, got 1e+39"),
        ("double", float("nan"), "", "expected a finite double, got nan"),
        ("double", True, "", "expected double, got bool"),
        (DECIMAL, 5, "", "expected decimal(6,2), got int"),
        (DECIMAL, Decimal("0.001"), "", "got 3 decimal places"),
        (DECIMAL, Decimal(10000), "", "got more than 4 digits before the point"),
        (DECIMAL, Decimal("1E+5"), "", "got more than 4 digits before the point"),
        (DECIMAL, Decimal("Infinity"), "", "got Infinity"),
        (MICROS, NAIVE, "", "got a datetime without a timezone"),
        (MICROS, 5, "", "expected timezone-aware datetime (timestamp-micros), got int"),
        (LOCAL, AWARE, "", "got one with a timezone"),
        (LOCAL, "x", "", "expected datetime without a timezone"),
        ({"type": "int", "logicalType": "date"}, AWARE, "", "expected date"),
        ({"type": "string", "logicalType": "uuid"}, "x", "", "expected UUID, got str"),
        (ENUM, "c", "", "expected one of a, b; got 'c'"),
        (ENUM, None, "", "expected one of a, b, got null"),
        (FIXED, b"abc", "", "expected 2 bytes, got 3"),
        (FIXED, "ab", "", "expected 2 bytes, got str"),
        (FIXED_DECIMAL, Decimal("0.01"), "", "expected decimal(4,1)"),
        ({"type": "array", "items": "int"}, "12", "", "expected array, got str"),
        ({"type": "array", "items": "int"}, [1, "2"], "[1]", "expected int, got str"),
        ({"type": "map", "values": "int"}, [], "", "expected map, got list"),
        ({"type": "map", "values": "int"}, {"a b": "1"}, '["a b"]', "got str"),
        ({"type": "map", "values": "int"}, {1: 1}, '["1"]', "expected string, got int"),
        (POINT, 5, "", "expected an object (Point), got int"),
        (POINT, {}, "x", "missing; expected int"),
        (POINT, {"x": "1"}, "x", "expected int, got str"),
        (POINT, {"x": 1, "z": 1}, "z", "Point has no such field"),
        (POINT, {"x": 1, "xx": 1}, "xx", "Point has no such field; did you mean x?"),
        (["null", "string"], 5, "", "expected string, got int"),
        (["string", "int"], None, "", "expected string or int, got null"),
        (["null", "string", "int"], 1.5, "", "null or string or int, got float"),
        (
            {"type": "array", "items": {"type": "map", "values": POINT}},
            [{}, {"k": {"x": None}}],
            '[1]["k"].x',
            "expected int, got null",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    schema: object, value: object, place: str, why: str
) -> None:
    """A value that the type cannot hold is refused, naming place and reason."""
    with pytest.raises(Mismatch) as caught:
        compile_check(schema)(value)
    assert caught.value.place == place
    assert why in caught.value.why


def test_a_type_may_hold_itself() -> None:
    """A tree is checked down to its leaves."""
    tree: Mapping[str, object] = {
        "type": "record",
        "name": "n.Tree",
        "fields": [
            {"name": "children", "type": {"type": "array", "items": "n.Tree"}},
        ],
    }
    check = compile_check(fastavro.parse_schema(dict(tree)))
    check({"children": [{"children": []}, {"children": []}]})
    with pytest.raises(Mismatch) as caught:
        check({"children": [{"children": []}, {"children": [5]}]})
    assert caught.value.place == "children[1].children[0]"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("string", "string"),
        ("oms.common.v1.Money", "Money"),
        (POINT, "Point"),
        (DECIMAL, "decimal(6,2)"),
        (MICROS, "timestamp-micros"),
        (["null", {"type": "array", "items": POINT}], "null or array of Point"),
        ({"type": "map", "values": {"type": "int"}}, "map of int"),
    ],
)
def test_a_type_is_described_in_a_few_words(schema: object, words: str) -> None:
    """Types are named as people name them."""
    assert describe(schema) == words
