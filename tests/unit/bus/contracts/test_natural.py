"""Data in plain JSON is what the same data in Avro would be, or refused by field."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import Schema, decode, encode, parse_schema
from bus.contracts.jsontext import read_json
from bus.contracts.natural import from_json, take_json
from bus.errors import DecodeError, InvalidEventError
from bus.samples.lifecycles import sample
from bus.times import EARLIEST
from bus.webhook.document import plain

NOW = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)
CATALOGUE = load_catalogue()
CENTS = {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}


def a_schema(kind: object, **more: object) -> Schema:
    """A record with the one field `f`."""
    field = {"name": "f", "type": kind, **more}
    return parse_schema(
        json.dumps({"type": "record", "name": "oms.x.One", "fields": [field]})
    )


def logical(kind: str, name: str) -> dict[str, str]:
    """A logical type."""
    return {"type": kind, "logicalType": name}


def read(schema: Schema, text: str) -> object:
    """What a field of this JSON becomes."""
    return from_json(schema, {"f": read_json(text.encode())})["f"]


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
def test_every_event_type_survives_json(event_type: str) -> None:
    """Written as people write JSON and read by its schema, it is the Avro event."""
    schema = CATALOGUE.schema(event_type)
    for seed in range(5):
        data = sample(event_type, seed, NOW).data
        text = json.dumps(plain(dict(data))).encode()
        avro = decode(schema, encode(schema, 1, data)[5:])
        assert from_json(schema, read_json(text)) == avro
        needed = ("order_id", "occurred_at")
        data, body = take_json(schema, read_json(text), needed=needed)
        assert {name: data[name] for name in needed} == {n: avro[n] for n in needed}
        assert decode(schema, body) == avro


def test_what_is_needed_comes_with_its_default() -> None:
    """What a value leaves out is told as it will be read, if anybody needs it."""
    schema = a_schema("string", default="web")
    assert take_json(schema, {}, needed=["f"]).data == {"f": "web"}
    assert take_json(schema, {}, needed=[]).data == {}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "5", 5),
        ("int", "5.0", 5),
        ("long", "9e3", 9000),
        ("long", "-9223372036854775808", -(2**63)),
        ("double", "1", 1.0),
        ("double", "0.1", 0.1),
        ("float", "0.5", 0.5),
        ("boolean", "true", True),
        ("string", '"\\u00f6\\ud83d\\ude00"', "ö😀"),
        ("bytes", '"AP8="', b"\x00\xff"),
        ({"type": "fixed", "name": "F", "size": 2}, '"AP8="', b"\x00\xff"),
        (CENTS, "19.9", Decimal("19.90")),
        (CENTS, '"19.90"', Decimal("19.90")),
        (CENTS, "19.9000", Decimal("19.90")),
        (CENTS, "1e2", Decimal("100.00")),
        (CENTS, "7", Decimal("7.00")),
        (CENTS, "-0", Decimal("0.00")),
        (CENTS, "0e999999", Decimal("0.00")),
        (logical("int", "date"), '"2026-11-27"', date(2026, 11, 27)),
        (logical("int", "time-millis"), '"20:38:46.235"', time(20, 38, 46, 235000)),
        (logical("long", "time-micros"), '"20:38"', time(20, 38)),
        (logical("string", "uuid"), f'"{UUID(int=1)}"', UUID(int=1)),
        (
            logical("long", "timestamp-micros"),
            '"2026-11-01t13:00:00.123456+01:00"',
            NOW,
        ),
        (logical("long", "timestamp-nanos"), '"2026-11-01T12:00:00.123456Z"', NOW),
        (logical("long", "timestamp-millis"), '"0000-01-01T00:00:00Z"', EARLIEST),
        (
            logical("long", "local-timestamp-micros"),
            '"2026-11-01T12:00:00.123456"',
            NOW.replace(tzinfo=None),
        ),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, '"B"', "B"),
        (
            {"type": "array", "items": CENTS},
            "[1, 2.5]",
            [Decimal("1.00"), Decimal("2.50")],
        ),
        ({"type": "map", "values": "bytes"}, '{"ö": ""}', {"ö": b""}),
        (["null", CENTS], "null", None),
        (["null", CENTS], "1.5", Decimal("1.50")),
        (["null", "int", "string"], '"x"', "x"),
        (["int", "double"], "1.5", 1.5),
    ],
)
def test_plain_values(kind: object, text: str, value: object) -> None:
    """Each type has one spelling that people use."""
    found = read(a_schema(kind), text)
    assert found == value
    assert type(found) is type(value)
    if isinstance(value, Decimal):
        assert str(found) == str(value)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("int", "5.5", "f: expected int, got Decimal"),
        ("int", "2147483648", "f: expected int (-2147483648 to 2147483647)"),
        ("long", "1e30", "f: expected long"),
        ("long", "1e999999", "f: expected long"),
        ("long", '"5"', "f: expected long, got str"),
        ("int", "true", "f: expected int, got bool"),
        ("double", "1e999", "f: expected a finite double"),
        ("double", "1" * 400, "f: expected a finite number"),
        ("boolean", "1", "f: expected boolean, got int"),
        ("string", "1", "f: expected string, got int"),
        ("bytes", '"?"', "f: expected bytes as base64 text"),
        ("bytes", "[1]", "f: expected bytes as base64 text, got list"),
        ({"type": "fixed", "name": "F", "size": 2}, '"AA=="', "f: expected 2 bytes"),
        (CENTS, "1.999", "f: expected decimal(6,2), got 3 decimal places"),
        (CENTS, "12345.00", "f: expected decimal(6,2), got more than 4 digits"),
        (CENTS, "1e999999", "f: expected a decimal number, got one of too many"),
        (CENTS, '"1e999"', "f: expected a decimal number, got one of too many"),
        (CENTS, '"NaN"', "f: expected a decimal number"),
        (CENTS, '" 1"', "f: expected a decimal number"),
        (CENTS, "true", "f: expected a decimal, as a number or text, got bool"),
        (logical("int", "date"), "20000", "f: expected a date, YYYY-MM-DD, got int"),
        (logical("int", "date"), '"2026-02-30"', "f: expected a date, YYYY-MM-DD"),
        (logical("int", "time-millis"), '"20:00Z"', "f: expected a time of day"),
        (logical("string", "uuid"), '"x"', "f: expected a UUID"),
        (logical("long", "timestamp-millis"), "1795811926235", "f: expected a time in"),
        (
            logical("long", "timestamp-millis"),
            '"2026-11-01T12:00:00"',
            "f: expected a t",
        ),
        (
            logical("long", "local-timestamp-millis"),
            '"2026-11-01T12:00Z"',
            "without a z",
        ),
        (
            {"type": "enum", "name": "E", "symbols": ["A"]},
            '"C"',
            "f: expected one of A",
        ),
        ({"type": "array", "items": CENTS}, "[1, 1.999]", "f[1]: expected decimal"),
        ({"type": "map", "values": "int"}, '{"k": "v"}', 'f["k"]: expected int'),
        ({"type": "map", "values": "int"}, "[]", "f: expected map, got list"),
        (["null", CENTS], "1.999", "f: expected decimal(6,2), got 3 decimal places"),
        (["int", "boolean"], '"x"', "f: expected int or boolean, got str"),
    ],
)
def test_a_value_that_does_not_fit_is_named(kind: object, text: str, why: str) -> None:
    """The path to the first field that is wrong, and what was expected there."""
    with pytest.raises(InvalidEventError) as caught:
        read(a_schema(kind), text)
    assert why in str(caught.value)


def test_the_path_leads_into_the_depth() -> None:
    """As a producer writes it."""
    data = plain(dict(sample("order.created", 5, NOW).data))
    assert isinstance(data, dict)
    data["lines"][-1]["unit_price"]["amount"] = "9.99999"
    with pytest.raises(InvalidEventError) as caught:
        from_json(CATALOGUE.schema("order.created"), data)
    assert caught.value.field == f"lines[{len(data['lines']) - 1}].unit_price.amount"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([], "data: expected an object (One), got list"),
        ({}, "f: missing; expected int"),
        ({"f": 1, "g": 2}, "g: One has no such field"),
        ({"F": 1}, "f: missing; expected int"),
    ],
)
def test_the_fields_are_those_of_the_schema(value: object, why: str) -> None:
    """No more, and no fewer than those without a default."""
    with pytest.raises(InvalidEventError, match=r"expected|no such") as caught:
        from_json(a_schema("int"), value)
    assert why in str(caught.value)


def test_what_is_left_out_takes_its_default() -> None:
    """As Avro's writers do."""
    assert from_json(a_schema(["null", "int"], default=None), {}) == {"f": None}
    assert from_json(a_schema("string", default="x"), {}) == {"f": "x"}


def test_types_that_hold_themselves() -> None:
    """A recursive schema is read as deep as the data goes, and no deeper."""
    tree = parse_schema(
        json.dumps(
            {
                "type": "record",
                "name": "oms.x.Tree",
                "fields": [
                    {"name": "at", "type": ["null", logical("int", "date")]},
                    {"name": "left", "type": ["null", "Tree"], "default": None},
                ],
            }
        )
    )
    data = {"at": "2026-11-27", "left": {"at": None}}
    assert from_json(tree, data) == {
        "at": date(2026, 11, 27),
        "left": {"at": None, "left": None},
    }
    deep: dict[str, object] = {"at": None}
    for _ in range(5_000):
        deep = {"at": None, "left": deep}
    with pytest.raises(InvalidEventError, match="nested too deeply"):
        from_json(tree, deep)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{", "no JSON: Expecting property name .* at character 2"),
        (b"\xff", "not UTF-8"),
        (b"{} {}", "no JSON: Extra data at character 4"),
        (b'{"a": NaN}', "NaN, which is no number"),
        (b"[-Infinity]", "-Infinity, which is no number"),
        (b'{"a": {"b": 1, "c": 2, "b": 1}}', "'b' twice in one object"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5_000, "too many digits"),
        (b"0." + b"9" * 5_000, "too many digits"),
        (b"1e99999999999999999999", "too many digits"),
        (b'"\\ud800"', "UTF-8 cannot hold"),
        (b'{"\\udfff": 1}', "UTF-8 cannot hold"),
        (b'"\x01"', "no JSON: Invalid control character"),
    ],
)
def test_hostile_json_is_refused(text: bytes, why: str) -> None:
    """With a reason, at once, and without what it wants of memory or time."""
    with pytest.raises(DecodeError, match=why):
        read_json(text)


def test_numbers_keep_their_digits() -> None:
    """No number passes through a double; a byte order mark is none of the text."""
    assert read_json(b"\xef\xbb\xbf{}") == {}
    assert read_json(b"[0.1, 12345678901234567890, 1.10]") == [
        Decimal("0.1"),
        12345678901234567890,
        Decimal("1.10"),
    ]
