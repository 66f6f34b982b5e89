"""Records in unions are written as before, and fastavro need not look for them."""

import json
from io import BytesIO
from typing import Any

import fastavro
import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.branches import compile_marks
from bus.contracts.codec import encode, encode_unchecked, parse_schema
from bus.errors import InvalidEventError
from bus.samples.lifecycles import sample
from tests.support.orders import STARTED

CATALOGUE = load_catalogue()
MONEY: dict[str, Any] = {
    "type": "record",
    "name": "Money",
    "fields": [{"name": "amount", "type": "long"}, {"name": "of", "type": "string"}],
}
ONE = {"amount": 5, "of": "EUR"}


def record(kind: object) -> str:
    """The schema of a record with one field."""
    field = {"name": "it", "type": kind}
    return json.dumps({"type": "record", "name": "Whole", "fields": [field]})


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
def test_every_event_is_written_as_before(event_type: str) -> None:
    """Byte for byte, and its data stays as it was."""
    schema = CATALOGUE.schema(event_type)
    for seed in range(5):
        data = sample(event_type, seed, STARTED).data
        before = repr(data)
        assert encode(schema, 7, data) == encode_unchecked(schema, 7, data)
        assert repr(data) == before


@pytest.mark.parametrize(
    ("kind", "marked", "value"),
    [
        (["null", MONEY], True, ONE),
        (["null", MONEY], True, None),
        ([MONEY, "string"], True, "none"),
        ({"type": "array", "items": ["null", MONEY]}, True, [ONE, None]),
        ({"type": "map", "values": ["null", MONEY]}, True, {"a": ONE, "b": None}),
        (["null", {"type": "map", "values": "string"}], False, {"a": "b"}),
        ([MONEY, {"type": "map", "values": "string"}], False, {"a": "b"}),
        ([MONEY, {**MONEY, "name": "Other"}], False, ONE),
        (["null", {"type": "array", "items": ["null", MONEY]}], False, [ONE]),
        ("string", False, "a"),
    ],
)
def test_of_one_record_the_branch_is_told(
    kind: object,
    marked: bool,  # noqa: FBT001 - a case's
    value: object,
) -> None:
    """Where nothing else can be a dictionary; all else is left to fastavro."""
    schema = parse_schema(record(kind))
    assert (compile_marks(schema.parsed) is not None) is marked
    out = BytesIO()
    fastavro.schemaless_writer(out, schema.parsed, {"it": value})  # type: ignore[arg-type]
    assert encode(schema, 0, {"it": value})[5:] == out.getvalue()


def test_a_record_of_another_text_is_not_taken_for_ours() -> None:
    """A name that is defined elsewhere may be a record: fastavro looks."""
    whole = record([{**MONEY, "name": "Own", "fields": MONEY["fields"][:1]}, "Money"])
    schema = parse_schema(whole, [json.dumps(MONEY)])
    other = encode(schema, 0, {"it": ONE})[5:]
    assert other[0] == 2  # the second branch


def test_a_type_that_holds_itself_is_left_alone() -> None:
    """It has no end that could be compiled."""
    node = {
        "type": "record",
        "name": "Node",
        "fields": [{"name": "next", "type": ["null", "Node"]}],
    }
    schema = parse_schema(json.dumps(node))
    assert compile_marks(schema.parsed) is None
    data = {"next": {"next": {"next": None}}}
    assert encode(schema, 0, data)[5:] == b"\x02\x02\x00"


def test_a_text_that_is_a_tuple_is_refused_as_before() -> None:
    """Nobody names a branch but us."""
    schema = parse_schema(record(["null", MONEY]))
    with pytest.raises(InvalidEventError, match="it"):
        encode(schema, 0, {"it": ("Money", ONE)})
