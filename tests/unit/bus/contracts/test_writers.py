"""Schemas that values are written with."""

import json
from contextlib import suppress
from io import BytesIO

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.contracts.schema_text import resolved
from bus.contracts.writers import parse_writer, read
from bus.errors import ConfigurationError, DecodeError

MONEY = {"type": "record", "name": "m.Money", "fields": [{"name": "x", "type": "int"}]}
PAID = {
    "type": "record",
    "name": "o.Paid",
    "event_type": "order.paid",
    "fields": [{"name": "amount", "type": MONEY}],
}
BACK = {
    "type": "record",
    "name": "o.Back",
    "event_type": "order.back",
    "fields": [{"name": "amount", "type": "m.Money"}],
}
UNION = parse_writer(json.dumps([PAID, BACK]))


@pytest.mark.parametrize(
    ("name", "event_type"), [("o.Paid", "order.paid"), ("o.Back", "order.back")]
)
def test_a_union_tells_which_of_its_records_it_is(name: str, event_type: str) -> None:
    """A branch may name a type that an earlier one has defined."""
    out = BytesIO()
    value = (name, {"amount": {"x": 7}})
    parsed = fastavro.parse_schema(json.loads(json.dumps([PAID, BACK])))
    fastavro.schemaless_writer(out, parsed, value)
    schema, data = read(UNION, out.getvalue())
    assert (schema.event_type, data) == (event_type, {"amount": {"x": 7}})


def test_a_union_of_references_is_read() -> None:
    """As topics of several event types have it: nothing in it but names."""
    references = [json.dumps(part) for part in (MONEY, PAID, BACK)]
    writer = parse_writer(resolved('["o.Paid", "o.Back"]', references))
    assert [branch.event_type for branch in writer.branches] == [
        "order.paid",
        "order.back",
    ]
    assert read(writer, b"\x02\x0e")[1] == {"amount": {"x": 7}}


@pytest.mark.parametrize("body", [b"", b"\x04\x0e", b"\x01\x0e", b"\xff" * 9, b"\x00"])
def test_what_is_no_branch_is_undecodable(body: bytes) -> None:
    """Cut off, or the number of none."""
    with pytest.raises(DecodeError):
        read(UNION, body)


@given(st.binary(max_size=20))
def test_any_bytes_end_well(body: bytes) -> None:
    """A value, or a reason."""
    with suppress(DecodeError):
        schema, _ = read(UNION, body)
        assert schema in UNION.branches


@pytest.mark.parametrize("text", ["[]", '["null"]', '"int"', "{", '[["null"]]'])
def test_other_schemas_are_none_of_events(text: str) -> None:
    """A record, or a union of records."""
    with pytest.raises(ConfigurationError):
        parse_writer(text)
