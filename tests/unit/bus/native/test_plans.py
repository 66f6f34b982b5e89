"""What of a schema the library does, and what stays with Python."""

import json

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import parse_schema
from bus.native.plans import nodes_of


def kinds(*types: object) -> list[str]:
    """The kinds of nodes of a record with fields of these types."""
    fields = [{"name": f"f{n}", "type": one} for n, one in enumerate(types)]
    text = json.dumps({"type": "record", "name": "R", "fields": fields})
    nodes = nodes_of(parse_schema(text).parsed)
    assert nodes is not None
    return [node[0] for node in nodes]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("null", "null"),
        ("boolean", "boolean"),
        ("int", "int"),
        ("long", "long"),
        ("string", "string"),
        ({"type": "int", "logicalType": "date"}, "date"),
        ({"type": "long", "logicalType": "timestamp-millis"}, "millis"),
        ({"type": "long", "logicalType": "timestamp-micros"}, "micros"),
    ],
)
def test_what_it_does(schema: object, kind: str) -> None:
    """Each of these has a node of its own."""
    assert kinds(schema) == [kind, "record"]


@pytest.mark.parametrize(
    "schema",
    [
        "float",
        "double",
        "bytes",
        {"type": "fixed", "name": "F", "size": 2},
        {"type": "string", "logicalType": "uuid"},
        {"type": "int", "logicalType": "time-millis"},
        {"type": "int", "logicalType": "timestamp-micros"},
        {"type": "long", "logicalType": "local-timestamp-micros"},
        {"type": "long", "logicalType": "timestamp-nanos"},
        {"type": "bytes", "logicalType": "decimal", "precision": 39, "scale": 2},
    ],
)
def test_what_it_leaves(schema: object) -> None:
    """A value of such a type is Python's, and with it its record."""
    assert kinds(schema) == ["unknown", "record"]


def test_inner_types() -> None:
    """They come before what holds them."""
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
    assert kinds({"type": "array", "items": ["null", decimal]}) == [
        *("null", "decimal", "union", "array", "record")
    ]
    assert kinds({"type": "map", "values": "int"}) == ["int", "map", "record"]


def test_a_named_type_is_one_node() -> None:
    """However often it is named."""
    inner = {"type": "enum", "name": "E", "symbols": ["A"]}
    assert kinds(inner, "E") == ["enum", "record"]


def test_a_record_that_holds_itself() -> None:
    """How deep that may go is Python's to judge."""
    assert kinds(["null", "R"]) == ["null", "unknown", "union", "record"]


def test_nothing_of_our_schemas_is_left_but_numbers_with_a_point() -> None:
    """What our own producers write is the library's."""
    for schema in load_catalogue():
        nodes = nodes_of(schema.parsed)
        assert nodes is not None
        left = sum(node[0] == "unknown" for node in nodes)
        assert left == schema.text.count('"double"'), schema.full_name
