"""Two versions of a schema in words."""

import json

import pytest

from bus.contracts.differences import Comparison, compare
from bus.errors import ConfigurationError

MONEY = {
    "type": "record",
    "name": "Money",
    "namespace": "oms.common",
    "fields": [{"name": "amount", "type": "string"}],
}
STATUS = {"type": "enum", "name": "Status", "symbols": ["OPEN", "DONE"]}


def schema(*fields: dict[str, object], doc: str = "Was made.") -> str:
    """The text of an event's schema."""
    return json.dumps(
        {
            "type": "record",
            "name": "OrderCreated",
            "namespace": "oms.order.v1",
            "doc": doc,
            "fields": list(fields),
        }
    )


def one(name: str, kind: object = "string", **more: object) -> dict[str, object]:
    """A field."""
    return {"name": name, "type": kind, "doc": "What it is.", **more}


def said(found: Comparison) -> list[tuple[str, str, str]]:
    """The changes as plain tuples."""
    return [(change.kind, change.place, change.said) for change in found.changes]


def test_the_same_is_the_same() -> None:
    """Nothing differs, and everybody reads everything."""
    text = schema(one("order_id"), one("total", MONEY))
    assert compare(text, text) == Comparison((), (), ())


def test_what_was_added_and_is_gone() -> None:
    """With its type, and whether it is needed, which breaks who reads old data."""
    older = schema(one("order_id"), one("note", ["null", "string"], default=None))
    newer = schema(one("order_id"), one("tax", "long"))
    found = compare(older, newer)
    assert said(found) == [
        ("added", "tax", "new, long, required"),
        ("removed", "note", "gone, was null or string, optional (default null)"),
    ]
    assert "old data lacks it" in found.breaks_new[0]
    assert not found.breaks_old


def test_types_defaults_and_meanings() -> None:
    """Each by itself, and the reason why nobody can read it."""
    older = schema(one("tax", "int"), one("n", "string"))
    newer = schema(
        one("tax", "string"), one("n", "string", default="", doc="Another."), doc="New."
    )
    found = compare(older, newer)
    assert said(found) == [
        ("meaning", "", "it means now: New."),
        ("type", "tax", "int became string"),
        ("default", "n", 'required became optional (default "")'),
        ("meaning", "n", "it means now: Another."),
    ]
    assert "int cannot be read as string" in found.breaks_new[0]
    assert found.breaks_old


def test_a_new_name_with_its_alias_is_a_new_name() -> None:
    """Not one field gone and another there."""
    found = compare(schema(one("sum")), schema(one("total", aliases=["sum"])))
    assert said(found) == [
        ("renamed", "total", "is what was sum, which stays readable as an alias")
    ]
    assert not found.breaks_new
    assert found.breaks_old


def test_a_record_is_the_same_wherever_it_is_named_first() -> None:
    """Its fields stand under its name."""
    older = schema(one("total", MONEY))
    more = {**MONEY, "fields": [*MONEY["fields"], one("currency", default="EUR")]}
    newer = schema(
        one("tax", ["null", {"type": "array", "items": more}], default=None),
        one("total", "oms.common.Money"),
    )
    assert [(kind, place) for kind, place, _ in said(compare(older, newer))] == [
        ("added", "tax"),
        ("added", "Money.currency"),
    ]


def test_symbols_come_and_go() -> None:
    """Once for the enum, however many fields have it."""
    other = {**STATUS, "symbols": ["OPEN", "LOST"]}
    fields = (one("status", STATUS), one("before", "Status"))
    newer = (one("status", other), one("before", "Status"))
    found = compare(schema(*fields), schema(*newer))
    assert said(found) == [
        ("symbols", "Status", "may be LOST as well"),
        ("symbols", "Status", "is never DONE any more"),
    ]
    assert "the enum has no DONE" in found.breaks_new[0]


@pytest.mark.parametrize("text", ["nonsense", '"string"', '{"type": "enum"}'])
def test_what_is_no_schema_is_said(text: str) -> None:
    """It is not compared."""
    with pytest.raises(ConfigurationError):
        compare(text, schema(one("order_id")))
