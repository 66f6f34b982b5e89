"""Plain JSON data made into what Avro takes."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import decode, encode, parse_schema, validate
from bus.contracts.framing import split_frame
from bus.contracts.plain_data import read_plain
from bus.errors import InvalidEventError
from bus.samples.lifecycles import sample

CATALOGUE = load_catalogue()
NOW = datetime(2026, 11, 23, 12, 0, 7, 123000, tzinfo=UTC)


def as_json(value: object) -> str:
    """Times and amounts as texts, as `bus schemas show` prints them."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
def test_every_example_can_be_read_back(event_type: str) -> None:
    """What `bus schemas show` prints as an example can be sent as it stands."""
    schema, data = CATALOGUE.schema(event_type), sample(event_type, 3, NOW).data
    told = json.loads(json.dumps(data, default=as_json), parse_float=Decimal)
    read = read_plain(schema, told)
    assert read == data
    assert decode(schema, split_frame(encode(schema, 7, read))[1])


def test_what_does_not_fit_is_left_for_the_check_to_name() -> None:
    """No error of its own: the field and the reason come from the schema's check."""
    schema = CATALOGUE.schema("order.status_changed")
    data = {**sample("order.status_changed", 3, NOW).data, "occurred_at": "today"}
    with pytest.raises(InvalidEventError, match="occurred_at"):
        validate(schema, read_plain(schema, data))


def test_numbers_and_names() -> None:
    """Fractions become floats where a float is meant, decimals stay exact."""
    schema = parse_schema(
        """{"type": "record", "name": "n.R", "fields": [
        {"name": "first", "type": ["null", {"type": "record", "name": "Sum",
          "fields": [{"name": "amount", "type": {"type": "bytes",
            "logicalType": "decimal", "precision": 9, "scale": 2}}]}]},
        {"name": "second", "type": "Sum"},
        {"name": "share", "type": "double"},
        {"name": "more", "type": {"type": "map", "values": "n.Sum"}}]}"""
    )
    told = json.loads(
        '{"second": {"amount": 1.10}, "share": 0.5, "more": {"a": {"amount": "2"}}}',
        parse_float=Decimal,
    )
    assert read_plain(schema, told) == {
        "second": {"amount": Decimal("1.10")},
        "share": 0.5,
        "more": {"a": {"amount": Decimal(2)}},
    }
    assert isinstance(read_plain(schema, told)["share"], float)
