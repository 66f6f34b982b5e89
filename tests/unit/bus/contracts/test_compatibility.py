"""A change that would break a reader is refused, with place, reason and remedy."""

import json

import pytest

from bus.contracts.compatibility import Level, check
from tests.support.avro_types import (
    apache_allows,
    decimal,
    enum,
    field,
    fixed,
    inner,
    logical,
    record,
)

ALLOWED: list[tuple[str, object, object]] = [
    ("nothing changed", inner("int"), inner("int")),
    ("int widened", "int", "long"),
    ("long to double", "long", "double"),
    ("became optional", "string", ["null", "string"]),
    ("branch added", ["null", "int"], ["null", "int", "string"]),
    ("promoted into a union", "int", ["null", "long"]),
    ("symbol added", enum("x"), enum("x", "y")),
    ("symbol removed, default", enum("x", "y"), enum("x", default="x")),
    ("precision grew", decimal(6, 2), decimal(9, 2)),
    ("uuid to text", logical("string", "uuid"), "string"),
    (
        "in an array",
        {"type": "array", "items": "int"},
        {"type": "array", "items": "long"},
    ),
    ("in a map", {"type": "map", "values": "int"}, {"type": "map", "values": "long"}),
    ("renamed, full alias", inner("int"), inner("int", "n.Other", aliases=["n.Inner"])),
    ("moved, same name", inner("int"), inner("int", "m.Inner")),
]


REFUSED: list[tuple[object, object, str, str]] = [
    ("int", "string", "/fields/0/type (a)", "int cannot be read as string"),
    ("long", "int", "/fields/0/type (a)", "long cannot be read as int"),
    (["null", "int"], "int", "/fields/0/type (a)", "null is not allowed"),
    (["null", "int"], ["null", "string"], "/fields/0/type (a)", "union has no int"),
    (["int", "string"], "int", "/fields/0/type (a)", "string cannot be read as int"),
    (
        ["null", inner("int")],
        ["null", inner("string")],
        "/fields/0/type/1/fields/0/type (a.b)",
        "int cannot be read as string",
    ),
    (
        ["null", inner("int")],
        ["null", inner("int", "n.Other")],
        "/fields/0/type (a)",
        "the union has no Inner",
    ),
    (enum("x", "y", "z"), enum("x"), "/fields/0/type/symbols (a)", "has no y, z"),
    (enum("x"), enum("x") | {"name": "n.G"}, "/fields/0/type/name (a)", "n.E and n.G"),
    (fixed(2), fixed(3), "/fields/0/type/size (a)", "2 bytes cannot be read as 3"),
    (fixed(2), fixed(2, "n.G"), "/fields/0/type/name (a)", "different names"),
    (
        inner("int"),
        inner("int", "n.Other"),
        "/fields/0/type/name (a)",
        "add the old one to the aliases",
    ),
    (
        {"type": "array", "items": inner("int")},
        {"type": "array", "items": inner("string")},
        "/fields/0/type/items/fields/0/type (a.b)",
        "int cannot be read as string",
    ),
    (
        {"type": "map", "values": "int"},
        {"type": "map", "values": "string"},
        "/fields/0/type/values (a)",
        "int cannot be read as string",
    ),
]


# What Apache's checker lets pass though the data would be misread.
MISREAD: list[tuple[object, object, str, str]] = [
    (decimal(9, 4), decimal(9, 2), "/fields/0/type/scale (a)", "scale 4"),
    (decimal(9, 2), decimal(6, 2), "/fields/0/type/precision (a)", "precision 9"),
    (
        logical("long", "timestamp-millis"),
        logical("long", "timestamp-micros"),
        "/fields/0/type/logicalType (a)",
        "timestamp-millis would be read as timestamp-micros",
    ),
    (
        "long",
        logical("long", "timestamp-micros"),
        "/fields/0/type/logicalType (a)",
        "long would be read as timestamp-micros",
    ),
    (
        decimal(9, 2),
        "bytes",
        "/fields/0/type/logicalType (a)",
        "decimal would be read as bytes",
    ),
    (
        "string",
        logical("string", "uuid"),
        "/fields/0/type/logicalType (a)",
        "string would be read as uuid",
    ),
    (
        logical("int", "time-millis"),
        logical("long", "time-micros"),
        "/fields/0/type/logicalType (a)",
        "time-millis would be read as time-micros",
    ),
    (
        ["null", decimal(9, 4)],
        ["null", decimal(9, 2)],
        "/fields/0/type/1/scale (a)",
        "scale 4 would be read as scale 2",
    ),
    (
        fixed(8) | {"logicalType": "decimal", "precision": 9, "scale": 4},
        fixed(8) | {"logicalType": "decimal", "precision": 9, "scale": 2},
        "/fields/0/type/scale (a)",
        "scale 4 would be read as scale 2",
    ),
]


@pytest.mark.parametrize(("old", "new"), [(o, n) for _, o, n in ALLOWED])
def test_a_safe_change_is_allowed(old: object, new: object) -> None:
    """What new readers can read of old data passes, as with Apache's checker."""
    old_text, new_text = record(field(old)), record(field(new))
    assert check(new_text, [("v1", old_text)], Level.BACKWARD) == ()
    assert apache_allows(new_text, old_text)


@pytest.mark.parametrize(("old", "new", "place", "why"), REFUSED)
def test_a_breaking_change_is_refused(
    old: object, new: object, place: str, why: str
) -> None:
    """What Apache's checker refuses is refused with its exact place."""
    old_text, new_text = record(field(old)), record(field(new))
    (reason,) = check(new_text, [("v1", old_text)], Level.BACKWARD)
    assert reason.startswith(f"v1: {place}: ")
    assert why in reason
    assert not apache_allows(new_text, old_text)


@pytest.mark.parametrize(("old", "new", "place", "why"), MISREAD)
def test_a_change_of_meaning_is_refused(
    old: object, new: object, place: str, why: str
) -> None:
    """The same bytes under another meaning are refused; Apache's lets them pass."""
    old_text, new_text = record(field(old)), record(field(new))
    (reason,) = check(new_text, [("v1", old_text)], Level.BACKWARD)
    assert reason.startswith(f"v1: {place}: ")
    assert why in reason
    assert reason.endswith("old data would be misread: keep it and add a new field")
    assert apache_allows(new_text, old_text)


def test_an_alias_without_namespace_counts() -> None:
    """A renamed type with its old short name as alias passes; Apache's refuses it."""
    old = record(field(inner("int")))
    new = record(field(inner("int", "n.Other", aliases=["Inner"])))
    assert check(new, [("v1", old)], Level.BACKWARD) == ()
    assert not apache_allows(new, old)


def test_an_alias_without_any_namespace_counts() -> None:
    """The same for types that are in no namespace."""
    old = json.dumps({"type": "record", "name": "Old", "fields": []})
    new = json.dumps(
        {"type": "record", "name": "New", "aliases": ["Old"], "fields": []}
    )
    assert check(new, [("v1", old)], Level.BACKWARD) == ()


def test_a_renamed_field_needs_its_old_name_as_alias() -> None:
    """With the alias it passes, without it the reason says so."""
    old = record(field("int"))
    renamed = {"name": "z", "type": "int"}
    (reason,) = check(record(renamed), [("v1", old)], Level.BACKWARD)
    assert reason.startswith("v1: /fields/0 (z): required, but not in the other")
    assert "old name as an alias" in reason
    aliased = record(renamed | {"aliases": ["a"]})
    assert check(aliased, [("v1", old)], Level.BACKWARD) == ()


def test_two_fields_may_not_read_one_old_field() -> None:
    """By name and by alias: libraries disagree about who gets the value."""
    old = record(field("int"))
    new = record(field("int"), {"name": "z", "type": "int", "aliases": ["a"]})
    (reason,) = check(new, [("v1", old)], Level.BACKWARD)
    assert reason.startswith("v1: /fields/1 (z): a is read by a, too; libraries differ")


def test_a_field_may_not_be_read_from_two_old_fields() -> None:
    """By name and by alias: libraries disagree about which one counts."""
    old = record(field("int"), {"name": "b", "type": "int"})
    new = record(field("int", aliases=["b"]))
    (reason,) = check(new, [("v1", old)], Level.BACKWARD)
    assert reason.startswith("v1: /fields/0 (a): it could be read from a or b; lib")


def test_a_type_that_holds_itself_is_checked_once() -> None:
    """A recursive type is walked through, and its change found."""

    def tree(kind: str) -> str:
        return record(
            {"name": "next", "type": ["null", "n.Order"]}, {"name": "v", "type": kind}
        )

    assert check(tree("long"), [("v1", tree("int"))]) == ()
    (reason,) = check(tree("int"), [("v1", tree("long"))])
    assert reason.startswith("v1: /fields/1/type (v): long cannot be read as int")


def test_an_unknown_logical_type_is_no_error() -> None:
    """Avro ignores logical types it does not know, and so the check goes on."""
    text = record(field(logical("long", "unheard-of")))
    assert check(text, [("v1", text)], Level.FULL) == ()


def test_a_place_at_the_top_is_the_root() -> None:
    """A schema that is not a record is named by its root."""
    assert check('"int"', [("v1", '"string"')])[0].startswith("v1: /: string cannot")
