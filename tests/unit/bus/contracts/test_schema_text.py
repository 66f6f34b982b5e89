"""One spelling of a schema's text, and references written into it."""

import json

import pytest

from bus.contracts.schema_text import canonical, normalized, resolved
from bus.errors import InvalidSchemaError

ORDER = {
    "fields": [
        {"type": {"type": "string"}, "name": "id", "doc": "Which."},
        {"name": "tags", "type": {"values": "string", "type": "map"}},
        {"name": "lines", "type": ["null", {"items": "int", "type": "array"}]},
    ],
    "name": "Order",
    "type": "record",
    "event_type": "order.created",
    "doc": "An order.",
}


def test_white_space_and_the_order_of_attributes_do_not_count() -> None:
    """Two spellings of one schema become the same text."""
    other = json.dumps(dict(reversed(ORDER.items())), indent=2)
    assert canonical(other) == canonical(json.dumps(ORDER))


def test_docs_and_attributes_of_ones_own_are_kept() -> None:
    """Nothing that a schema says is lost."""
    out = json.loads(canonical(json.dumps(ORDER)))
    assert out["doc"] == "An order."
    assert out["event_type"] == "order.created"
    assert out["fields"][0] == {"name": "id", "type": "string", "doc": "Which."}
    assert out["fields"][1]["type"] == {"type": "map", "values": "string"}
    assert out["fields"][2]["type"][1] == {"type": "array", "items": "int"}


def test_the_spelling_is_stable() -> None:
    """What is spelled already stays as it is."""
    once = canonical(json.dumps(ORDER))
    assert canonical(once) == once
    assert normalized(normalized(once)) == normalized(once)


def test_normalized_sorts_ones_own_attributes() -> None:
    """With `normalize`, the order of one's own attributes does not count either."""
    one = '{"type":"string","b":1,"a":2}'
    two = '{"type":"string","a":2,"b":1}'
    assert canonical(one) != canonical(two)
    assert normalized(one) == normalized(two)


def test_a_bare_name_is_a_primitive_type() -> None:
    """Some clients send `string` where JSON wants quotes."""
    assert canonical("string") == canonical('"string"') == '"string"'


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "",
        "7",
        "{}",
        '{"type":"record","name":"X","fields":7}',
        '{"type":"record","name":"X","fields":[7]}',
        '{"type":"record","name":"X","fields":[{"name":"a"}]}',
        '{"type":"array","items":{}}',
        "[7]",
        '{"type":"fixed","name":"X","size":NaN}',
        '{"type":"string","doc":"\\ud800"}',
        "[" * 100_000,
        "[" * 600 + '"int"' + "]" * 600,
        '{"type":"array","items":' * 5_000 + '"int"' + "}" * 5_000,
    ],
)
def test_what_is_not_shaped_like_a_schema_is_refused(text: str) -> None:
    """Nonsense ends in one error, whatever it is."""
    with pytest.raises(InvalidSchemaError):
        canonical(text)


MONEY = '{"type":"fixed","name":"Money","namespace":"oms","size":8}'


def test_a_referenced_type_is_written_in_at_its_first_use() -> None:
    """Later uses name it, as Avro wants it."""
    order = {
        "type": "record",
        "name": "oms.Order",
        "fields": [
            {"name": "net", "type": "Money"},
            {"name": "all", "type": {"type": "array", "items": "oms.Money"}},
            {"name": "opt", "type": ["null", "Money"]},
        ],
    }
    out = json.loads(resolved(json.dumps(order), [MONEY]))
    net, every, opt = (field["type"] for field in out["fields"])
    assert net == {"type": "fixed", "name": "oms.Money", "size": 8}
    assert every == {"type": "array", "items": "oms.Money"}
    assert opt == ["null", "oms.Money"]


def test_types_within_a_referenced_type_are_found_too() -> None:
    """A reference brings all the types that it defines, in its own namespace."""
    price = {
        "type": "record",
        "name": "Price",
        "namespace": "oms.money",
        "fields": [
            {"name": "amount", "type": {"type": "fixed", "name": "Amount", "size": 8}},
            {"name": "again", "type": "Amount"},
            {"name": "notes", "type": {"type": "map", "values": ["null", "string"]}},
        ],
    }
    order = {
        "type": "record",
        "name": "Order",
        "fields": [
            {"name": "amount", "type": "oms.money.Amount"},
            {"name": "price", "type": "oms.money.Price"},
            {"name": "self", "type": ["null", "Order"]},
        ],
    }
    out = json.loads(resolved(json.dumps(order), [json.dumps(price)]))
    amount, whole, itself = (field["type"] for field in out["fields"])
    assert amount == {"type": "fixed", "name": "oms.money.Amount", "size": 8}
    assert whole["name"] == "oms.money.Price"
    assert [f["type"] for f in whole["fields"]][:2] == ["oms.money.Amount"] * 2
    assert itself == ["null", "Order"]


def test_without_references_the_text_stays() -> None:
    """Nothing to write in: not a character changes."""
    text = json.dumps(ORDER, indent=3)
    assert resolved(text, []) == text


def test_a_reference_that_is_no_schema_is_refused() -> None:
    """Broken references are told, not passed on."""
    with pytest.raises(InvalidSchemaError):
        resolved('{"type":"array","items":7}', [MONEY])
    with pytest.raises(InvalidSchemaError):
        resolved('"oms.Money"', ["{"])
