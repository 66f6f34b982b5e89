"""Made-up data of a schema fits it."""

import json

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import Schema, parse_schema, validate
from bus.contracts.specimen import specimen

LOGICAL = [
    ("int", "date"),
    ("int", "time-millis"),
    ("long", "time-micros"),
    *[("long", f"timestamp-{unit}") for unit in ("millis", "micros", "nanos")],
    *[("long", f"local-timestamp-{unit}") for unit in ("millis", "micros", "nanos")],
    ("string", "uuid"),
]


def of(kind: object) -> Schema:
    """A schema with one field of a type."""
    field = {"name": "given", "type": kind}
    return parse_schema(json.dumps({"type": "record", "name": "R", "fields": [field]}))


@pytest.mark.parametrize("schema", load_catalogue(), ids=lambda s: s.event_type)
def test_of_every_event_type(schema: Schema) -> None:
    """It is valid, and has every field, optional ones, too."""
    made = specimen(schema)
    validate(schema, made)
    fields = [field["name"] for field in json.loads(schema.text)["fields"]]
    assert list(made) == fields
    assert None not in made.values()


@pytest.mark.parametrize(
    "kind",
    [
        *["null", "boolean", "int", "long", "float", "double", "bytes", "string"],
        *[{"type": kind, "logicalType": logical} for kind, logical in LOGICAL],
        {"type": "string", "logicalType": "of-somebody-else"},
        {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
        {"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 2},
        {"type": "fixed", "name": "F", "size": 3},
        {"type": "enum", "name": "E", "symbols": ["A", "B"], "default": "A"},
        {"type": "enum", "name": "E", "symbols": ["A"], "default": "A"},
        {"type": "array", "items": {"type": "map", "values": "int"}},
        ["null", {"type": "record", "name": "N", "fields": []}],
    ],
    ids=str,
)
def test_of_every_type(kind: object) -> None:
    """Each type of Avro has a value."""
    schema = of(kind)
    validate(schema, specimen(schema))


def test_an_enum_says_something() -> None:
    """Not the symbol that stands for what is not known."""
    kind = {"type": "enum", "name": "E", "symbols": ["NONE", "B"], "default": "NONE"}
    assert specimen(of(kind)) == {"given": "B"}


@pytest.mark.parametrize(
    "again",
    [["null", "R"], {"type": "array", "items": "R"}, {"type": "map", "values": "R"}],
    ids=["union", "array", "map"],
)
def test_what_holds_itself_ends(again: object) -> None:
    """A type that is within itself is made some levels deep."""
    schema = of(again)
    validate(schema, specimen(schema))
