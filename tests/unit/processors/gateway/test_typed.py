"""Event types in the OpenAPI document: what it says fits what is taken and told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import cast

import pytest
from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import validate

from bus.client.schemas import load_catalogue
from bus.contracts.codec import parse_schema
from bus.contracts.jsontext import read_json
from bus.contracts.natural import from_json
from bus.contracts.shapes import Shapes
from bus.errors import InvalidEventError
from bus.samples.lifecycles import sample
from bus.webhook.document import document, plain
from processors.gateway.document import as_json, describe_api
from processors.gateway.table import ROUTES
from processors.gateway.typed import SENT, TOLD, with_event_types
from tests.support.orders import STARTED

CATALOGUE = load_catalogue()
PLAIN = json.loads(as_json(describe_api(ROUTES, "1")))
MADE = with_event_types(PLAIN, ROUTES, CATALOGUE)
TYPES = list(CATALOGUE.event_types)


@cache
def validator(name: str) -> Draft202012Validator:
    """Of a component."""
    components = cast("Mapping[str, object]", MADE["components"])
    whole = {"$ref": f"#/components/schemas/{name}", "components": components}
    return Draft202012Validator(whole, validate_formats=False)


def example(event_type: str) -> dict[str, object]:
    """An event that can be published."""
    event = sample(event_type, 1, STARTED)
    return {"type": event_type, "data": plain(dict(event.data))}


def fits(name: str, value: object) -> bool:
    """Whether the component says that it may be so."""
    return bool(validator(name).is_valid(json.loads(json.dumps(value))))


def test_it_is_openapi_still() -> None:
    """By its official schema; every reference leads somewhere."""
    validate(json.loads(json.dumps(MADE)))


def test_it_stays_readable() -> None:
    """What types share is said once: some kilobytes a type, not thirty."""
    added = len(json.dumps(MADE)) - len(json.dumps(PLAIN))
    assert added < 12_000 * len(TYPES)


@pytest.mark.parametrize("event_type", TYPES)
def test_what_is_told(event_type: str) -> None:
    """An event's body is of its type and of no other."""
    made = sample(event_type, 1, STARTED)
    data = from_json(CATALOGUE.schema(event_type), plain(dict(made.data)))
    body = document(replace(made, data=data))
    assert fits(TOLD, body)
    assert fits(event_type, body)
    assert not fits(TOLD, body | {"type": "order.nonsense", "data": 5})
    assert fits(TOLD, body | {"type": "nonsense.of_others"})


@pytest.mark.parametrize("event_type", TYPES)
def test_what_is_sent(event_type: str) -> None:
    """The example fits; a field more, one less, another type does not."""
    event = example(event_type)
    data = cast("dict[str, object]", event["data"])
    assert fits(SENT, event)
    assert not fits(SENT, event | {"data": data | {"shade": "blue"}})
    assert not fits(SENT, event | {"data": {}})
    assert not fits(SENT, event | {"type": "order.nonsense"})
    assert not fits(SENT, {"data": data})


WRONG = [None, True, -1, 2**40, 0.5, "text", "2026-01-01", [], ["x"], {}, {"x": 1}]


@pytest.mark.parametrize("event_type", TYPES)
def test_what_fits_no_schema_is_not_taken(event_type: str) -> None:
    """Each field with each kind of wrong value: what the bus takes, the document says.

    The other way round not all can be said: bounds of decimals, calendars.
    """
    schema = CATALOGUE.schema(event_type)
    data = cast("dict[str, object]", example(event_type)["data"])
    for field in data:
        for value in WRONG:
            changed = {**data, field: value}
            try:
                from_json(schema, read_json(json.dumps(changed).encode()))
            except InvalidEventError:
                continue
            assert fits(f"{schema.full_name}.new", changed), (field, value)


def test_discriminators_name_all_types() -> None:
    """And lead to their components."""
    schemas = cast(
        "Mapping[str, Mapping[str, Mapping[str, object]]]",
        cast("Mapping[str, object]", MADE["components"])["schemas"],
    )
    for name, suffix in ((SENT, ".new"), (TOLD, "")):
        said = schemas[name]["discriminator"]
        assert said["propertyName"] == "type"
        assert said["mapping"] == {
            one: f"#/components/schemas/{one}{suffix}" for one in TYPES
        }


def test_a_route_tells_events() -> None:
    """In JSON; what it was made of is as it was."""
    paths = cast("Mapping[str, Mapping[str, Mapping[str, object]]]", MADE["paths"])
    told = json.dumps(paths["/v1/events/{event}/body"]["get"]["responses"])
    assert f'"#/components/schemas/{TOLD}"' in told
    assert f"schemas/{TOLD}" not in json.dumps(PLAIN)


NODE = """{"type": "record", "name": "a.Node", "fields": [
 {"name": "value", "type": "double"},
 {"name": "next", "type": ["null", "a.Node"], "default": null}]}"""
OTHER = """{"type": "record", "name": "a.Tree", "fields": [
 {"name": "node", "type": {"type": "record", "name": "a.Node", "fields": [
  {"name": "name", "type": "string"}]}}]}"""


def test_types_that_hold_themselves() -> None:
    """By reference they do; written out they end."""
    shapes = Shapes(sent=True, suffix=".new")
    shape = shapes.record(parse_schema(NODE))
    assert shape == {"$ref": "#/components/schemas/a.Node.new"}
    whole = {**shape, "components": {"schemas": shapes.named}}
    assert Draft202012Validator(whole).is_valid({"value": 1, "next": {"value": 2}})
    assert not Draft202012Validator(whole).is_valid({"value": 1, "next": {"value": ""}})
    inline = Shapes(sent=False).record(parse_schema(NODE))
    assert Draft202012Validator(inline).is_valid({"value": None, "next": {"x": 1}})


def test_one_name_for_two_types() -> None:
    """The second one is written out, so that neither lies."""
    shapes = Shapes(sent=False, suffix="")
    shapes.record(parse_schema(NODE))
    fields = shapes.fields(parse_schema(OTHER))
    assert cast("Mapping[str, object]", fields["node"])["properties"] == {
        "name": {"type": "string"}
    }
