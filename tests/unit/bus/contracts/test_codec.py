"""The codec frames what it encodes, and says what is wrong with anything else."""

import json
from datetime import UTC, datetime, timedelta, timezone

import fastavro
import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import decode, encode, parse_schema, validate
from bus.contracts.framing import split_frame
from bus.errors import ConfigurationError, DecodeError, InvalidEventError
from bus.samples.lifecycles import sample

NOW = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)
CATALOGUE = load_catalogue()
SMALL = json.dumps(
    {
        "type": "record",
        "name": "PingSent",
        "namespace": "oms.ping.v1",
        "event_type": "ping.sent",
        "fields": [{"name": "text", "type": "string"}],
    }
)


def test_the_frame_is_confluents() -> None:
    """A zero byte, the id in four bytes big-endian, the Avro body."""
    assert encode(parse_schema(SMALL), 258, {"text": "hi"}) == b"\0\0\0\x01\x02\x04hi"


def test_what_is_encoded_is_decoded() -> None:
    """Money, times and text come back as they went in, what is not told as null."""
    event = sample("order.created", 7, NOW)
    schema = CATALOGUE.schema("order.created")
    schema_id, body = split_frame(encode(schema, 42, event.data))
    data = decode(schema, body)
    assert schema_id == 42
    assert data["occurred_at"] == NOW
    assert _told(data["totals"]) == _told(event.data["totals"])
    assert _told(data["lines"]) == _told(event.data["lines"])
    assert data["purchase_order"] is None


def test_any_timezone_is_the_same_instant() -> None:
    """A time in another zone is read back as the same instant in UTC."""
    event = sample("order.completed", 1, NOW)
    schema = CATALOGUE.schema("order.completed")
    local = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    body = encode(schema, 1, {**event.data, "occurred_at": local})[5:]
    assert decode(schema, body)["occurred_at"] == NOW


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (None, "no value"),
        (b"", "no value"),
        (b'{"order_id": 1}', "0x7b, not the 0x00 of a schema id (it looks like JSON)"),
        (b"\x01\0\0\0\x01", "first byte is 0x01, not the 0x00 of a schema id"),
        (b"\0\0\0", "3 bytes are too few to hold a schema id"),
    ],
)
def test_what_has_no_frame_is_refused(payload: bytes | None, why: str) -> None:
    """A payload in another format is refused with what it looks like."""
    with pytest.raises(DecodeError) as caught:
        split_frame(payload)
    assert why in str(caught.value)


def test_a_frame_may_have_an_empty_body() -> None:
    """A record without fields has no body; that is the schema's business."""
    assert split_frame(b"\0\0\0\0\x09") == (9, b"")


def test_a_cut_off_body_is_refused() -> None:
    """Wherever a body is cut off, it is refused."""
    event = sample("payment.failed", 3, NOW)
    schema = CATALOGUE.schema("payment.failed")
    body = encode(schema, 1, event.data)[5:]
    for size in range(len(body)):
        with pytest.raises(DecodeError, match=r"do not hold a oms\.payment"):
            decode(schema, body[:size])


def test_bytes_left_over_are_refused() -> None:
    """A body that is longer than its schema is refused."""
    with pytest.raises(DecodeError, match=r"2 bytes are left over after a oms\.ping"):
        decode(parse_schema(SMALL), b"\x04hi!!")


def test_text_that_is_not_utf8_is_refused() -> None:
    """Bytes that are no text do not pass as text."""
    with pytest.raises(DecodeError, match="UnicodeDecodeError"):
        decode(parse_schema(SMALL), b"\x04\xff\xfe")


def test_the_path_of_a_bad_field_is_named() -> None:
    """The refusal names the field as people write it, and what was expected."""
    event = sample("order.created", 5, NOW)
    lines = [{**line, "quantity": 1} for line in event.data["lines"]]  # type: ignore[attr-defined]
    lines[-1]["unit_price"] = {"amount": "9.99", "currency": "EUR"}
    with pytest.raises(InvalidEventError) as caught:
        encode(CATALOGUE.schema("order.created"), 1, {**event.data, "lines": lines})
    assert caught.value.field == f"lines[{len(lines) - 1}].unit_price.amount"
    assert caught.value.why == "expected decimal(18,4), got str"


def test_data_that_is_no_object_is_refused() -> None:
    """A list is not the data of an event."""
    with pytest.raises(InvalidEventError, match="data: expected an object"):
        validate(parse_schema(SMALL), [])  # type: ignore[arg-type]


def test_what_fastavro_cannot_write_is_an_invalid_event() -> None:
    """A default of bytes, which fastavro cannot write, is asked for by name."""
    field = {"name": "raw", "type": "bytes", "default": "\u00ff"}
    definition = {"type": "record", "name": "A", "fields": [field]}
    schema = parse_schema(json.dumps(definition))
    assert encode(schema, 0, {"raw": b"d"}) == b"\0\0\0\0\0\x02d"
    with pytest.raises(InvalidEventError, match=r"data: cannot be written.*field raw"):
        encode(schema, 0, {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON"),
        ('"string"', "expected the schema of a record"),
        ("[]", "expected the schema of a record"),
        ('{"type": "enum", "name": "E", "symbols": ["a"]}', "schema of a record"),
        ('{"type": "record", "fields": []}', '"name" is a required field'),
        ('{"type": "record", "name": "A", "fields": 5}', "not an Avro schema"),
        (
            '{"type": "record", "name": "A", "fields": [{"name": "x", "type": "Foo"}]}',
            "unknown type Foo",
        ),
        (
            """{"type": "record", "name": "A", "fields": [{"name": "x", "type":
            {"type": "bytes", "logicalType": "decimal"}}]}""",
            "'precision' is missing",
        ),
    ],
)
def test_what_is_no_schema_is_refused(text: str, why: str) -> None:
    """A text that is no record's schema is refused with the reason."""
    with pytest.raises(ConfigurationError) as caught:
        parse_schema(text)
    assert why in str(caught.value)


def test_a_schema_may_be_no_event() -> None:
    """Records of other systems have no event type; they are decoded all the same."""
    schema = parse_schema('{"type": "record", "name": "A", "fields": []}')
    assert (schema.event_type, schema.family) == (None, "")
    assert decode(schema, b"") == {}


@pytest.mark.parametrize(
    ("event_type", "read"),
    [
        ("Order.Created", "Order.Created"),
        ("x-y/z:v1", "x-y/z:v1"),
        (7, None),
        ("", None),
    ],
)
def test_a_foreign_event_type_is_any_text(event_type: object, read: object) -> None:
    """Schemas of others spell types as they like; what is no text is none."""
    definition = {"type": "record", "name": "A", "fields": []}
    schema = parse_schema(json.dumps(definition | {"event_type": event_type}))
    assert schema.event_type == read


def test_references_are_resolved() -> None:
    """A schema that names types of another one is read with it."""
    money = (
        '{"type": "record", "name": "c.M", "fields": [{"name": "x", "type": "int"}]}'
    )
    text = '{"type": "record", "name": "A", "fields": [{"name": "m", "type": "c.M"}]}'
    schema = parse_schema(text, [money])
    assert decode(schema, encode(schema, 1, {"m": {"x": 3}})[5:]) == {"m": {"x": 3}}
    with pytest.raises(InvalidEventError, match=r"m\.x: expected int, got str"):
        validate(schema, {"m": {"x": "3"}})


def test_the_text_keeps_every_attribute() -> None:
    """What is registered still has docs, aliases and the event type."""
    for schema in CATALOGUE:
        definition = json.loads(schema.text)
        assert definition["event_type"] == schema.event_type
        assert fastavro.schema.fullname(definition) == schema.full_name


def _told(value: object) -> object:
    """A value without what is null in it."""
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if one is not None}
    return value
