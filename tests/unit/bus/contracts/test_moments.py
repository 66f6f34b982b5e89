"""Times beyond Python's cost their own precision, never the event."""

import json
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from uuid import UUID

import fastavro
import pytest

from bus.contracts.codec import Schema, decode, encode, parse_schema, validate
from bus.errors import InvalidEventError
from bus.times import EARLIEST, LATEST

MOMENT = datetime(2026, 11, 27, 20, 38, 46, 235000, UTC)
NAIVE = MOMENT.replace(tzinfo=None)
LONGEST, SHORTEST = 2**63 - 1, -(2**63)
FIRST, LAST = EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)


def a_schema(*logical: tuple[str, str]) -> Schema:
    """A record of one field for each pair of an underlying and a logical type."""
    fields: list[dict[str, object]] = [
        {"name": f"f{n}", "type": {"type": kind, "logicalType": name}}
        for n, (kind, name) in enumerate(logical)
    ]
    definition = {"type": "record", "name": "oms.x.Odd", "fields": fields}
    return parse_schema(json.dumps(definition))


def body_of(schema: Schema, *values: object) -> bytes:
    """The body as a foreign producer writes it: the numbers themselves."""
    tree = json.loads(schema.text)
    for field in tree["fields"]:
        field["type"] = field["type"]["type"]
    plain = parse_schema(json.dumps(tree))
    return encode(plain, 1, {f"f{n}": v for n, v in enumerate(values)})[5:]


@pytest.mark.parametrize(
    ("kind", "logical", "number", "value"),
    [
        ("long", "timestamp-millis", LONGEST, LATEST),
        ("long", "timestamp-millis", SHORTEST, EARLIEST),
        ("long", "timestamp-millis", 253_402_300_800_000, LATEST),
        ("long", "timestamp-millis", -62_135_596_800_001, EARLIEST),
        ("long", "timestamp-millis", -62_167_219_200_000, EARLIEST),
        ("long", "timestamp-micros", LONGEST, LATEST),
        ("long", "timestamp-micros", SHORTEST, EARLIEST),
        ("long", "timestamp-nanos", 1_795_811_926_235_000_999, MOMENT),
        (
            "long",
            "timestamp-nanos",
            LONGEST,
            datetime(2262, 4, 11, 23, 47, 16, 854775, UTC),
        ),
        ("long", "local-timestamp-millis", LONGEST, LAST),
        ("long", "local-timestamp-micros", SHORTEST, FIRST),
        ("long", "local-timestamp-nanos", 1_795_811_926_235_000_000, NAIVE),
        ("int", "date", 2**31 - 1, date.max),
        ("int", "date", -(2**31), date.min),
        ("int", "time-millis", 86_400_000, time.max),
        ("int", "time-millis", -(2**31), time.min),
        ("long", "time-micros", LONGEST, time.max),
        ("string", "uuid", "no uuid", "no uuid"),
    ],
)
def test_an_odd_value_costs_itself(
    kind: str, logical: str, number: object, value: object
) -> None:
    """The nearest there is stands in its place; every field beside it is whole."""
    schema = a_schema((kind, logical), ("long", "timestamp-micros"), ("int", "date"))
    body = body_of(schema, number, 1_795_811_926_235_000, 0)
    assert decode(schema, body) == {
        "f0": value,
        "f1": MOMENT,
        "f2": date(1970, 1, 1),
    }


def test_odd_values_inside_of_named_types() -> None:
    """Wherever a type is used again, in unions, lists and maps."""
    far = {"type": "long", "logicalType": "timestamp-millis"}
    span = {"type": "record", "name": "Span", "fields": [{"name": "to", "type": far}]}
    fields = [
        {"name": "a", "type": ["null", span]},
        {"name": "b", "type": {"type": "array", "items": "Span"}},
        {"name": "c", "type": {"type": "map", "values": ["null", far]}},
    ]
    definition = {"type": "record", "name": "oms.x.Deep", "fields": fields}
    text = json.dumps(definition)
    numbers = parse_schema(text.replace("timestamp-millis", "none"))
    data = {"a": {"to": LONGEST}, "b": [{"to": 0}], "c": {"k": SHORTEST}}
    assert decode(parse_schema(text), encode(numbers, 1, data)[5:]) == {
        "a": {"to": LATEST},
        "b": [{"to": datetime(1970, 1, 1, tzinfo=UTC)}],
        "c": {"k": EARLIEST},
    }


def test_nanoseconds_are_written() -> None:
    """As a time, or as the number itself where microseconds are too coarse."""
    schema = a_schema(("long", "timestamp-nanos"), ("long", "local-timestamp-nanos"))
    body = encode(schema, 1, {"f0": MOMENT, "f1": NAIVE})[5:]
    assert decode(schema, body) == {"f0": MOMENT, "f1": NAIVE}
    number = 1_795_811_926_235_000_999
    assert encode(schema, 1, {"f0": number, "f1": number})[5:] == body_of(
        schema, number, number
    )
    with pytest.raises(InvalidEventError, match="f0: expected timezone-aware"):
        validate(schema, {"f0": NAIVE, "f1": NAIVE})
    with pytest.raises(InvalidEventError, match="f1: expected long"):
        validate(schema, {"f0": MOMENT, "f1": 2**63})


def test_readers_of_others_are_as_they_were() -> None:
    """Who uses fastavro in the same process reads nanoseconds as numbers still."""
    schema = a_schema(("long", "timestamp-nanos"))
    text = {"type": "record", "name": "X", "fields": json.loads(schema.text)["fields"]}
    stream = BytesIO(body_of(schema, 5))
    assert fastavro.schemaless_reader(stream, text, None) == {"f0": 5}


def test_a_uuid_that_is_one_is_one() -> None:
    """Beside a field that is odd, too."""
    schema = a_schema(("string", "uuid"), ("int", "date"))
    assert decode(schema, body_of(schema, str(UUID(int=1)), 2**31 - 1)) == {
        "f0": UUID(int=1),
        "f1": date.max,
    }


def test_references_with_odd_times() -> None:
    """A type that another schema defines is read as leniently."""
    far = {"type": "long", "logicalType": "timestamp-nanos"}
    span = json.dumps(
        {
            "type": "record",
            "name": "oms.x.Span",
            "fields": [{"name": "to", "type": far}],
        }
    )
    outer = json.dumps(
        {
            "type": "record",
            "name": "oms.x.Outer",
            "fields": [{"name": "span", "type": "oms.x.Span"}],
        }
    )
    schema = parse_schema(outer, [span])
    data = {"span": {"to": MOMENT + timedelta(microseconds=1)}}
    assert decode(schema, encode(schema, 1, data)[5:]) == data
