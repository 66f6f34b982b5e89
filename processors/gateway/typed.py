"""Event types in the OpenAPI document: their data, as it is sent and as it is told.

Written from the Avro schemas: `NewEvent` and `EventBody` are one of the types, told
apart by `type`. A pure function of the catalogue.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, cast

from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import Schema
from bus.contracts.fields import meaning_of
from bus.contracts.shapes import COMPONENTS, Shape, Shapes
from bus.webhook.shape import body_of
from processors.gateway.routes import JSON, Route

SENT = "NewEvent"
"""The component of an event to be published; without a catalogue of any type."""
TOLD = "EventBody"
"""The component of an event's JSON body."""
_SUFFIX = ".new"
_OTHER = "EventOfAnotherType"
Document: TypeAlias = dict[str, object]


def with_event_types(
    document: Document, routes: Sequence[Route], catalogue: Catalogue
) -> Document:
    """The OpenAPI document of these routes with the types of a catalogue in it."""
    components = _map(document["components"])
    schemas = _map(components["schemas"])
    if SENT in schemas:
        schemas = {**schemas, **_components(catalogue, _map(schemas[SENT]))}
    paths = {path: dict(_map(item)) for path, item in _map(document["paths"]).items()}
    for route in routes:
        if route.event_body:
            method = route.method.lower()
            paths[route.path][method] = _telling(_map(paths[route.path][method]))
    inside = {**components, "schemas": schemas}
    return {**document, "paths": paths, "components": inside}


def _telling(operation: Mapping[str, object]) -> Document:
    """An operation whose JSON is an event's body."""
    answers = _map(operation["responses"])
    good = _map(answers[_GOOD])
    told = {"schema": {"$ref": f"{COMPONENTS}{TOLD}"}}
    content = {**_map(good["content"]), JSON: told}
    return {**operation, "responses": {**answers, _GOOD: {**good, "content": content}}}


_GOOD = "200"


def _map(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value)


def _components(catalogue: Catalogue, new_event: Mapping[str, object]) -> Document:
    """Schemas by name; `new_event` is that of an event of any type."""
    sent = Shapes(sent=True, suffix=_SUFFIX)
    told = Shapes(sent=False, suffix="")
    made: Document = {}
    for schema in catalogue:
        name = str(schema.event_type)
        made[f"{name}{_SUFFIX}"] = _sent(schema, sent, new_event)
        made[name] = _told(schema, told)
    types = catalogue.event_types
    made[SENT] = {
        "description": "An event to be published: of one of the types.",
        **_one_of([f"{name}{_SUFFIX}" for name in types], types, _SUFFIX),
    }
    made[_OTHER] = _other(types)
    made[TOLD] = {
        "description": "An event as partners get it: of one of the types, or another.",
        **_one_of([*types, _OTHER], types, ""),
    }
    return {**made, **sent.named, **told.named}


def _sent(schema: Schema, shapes: Shapes, new_event: Mapping[str, object]) -> Shape:
    properties = cast("Mapping[str, object]", new_event["properties"])
    kind: Shape = {"type": "string", "const": schema.event_type}
    return {
        **new_event,
        "title": schema.event_type,
        "description": meaning_of(schema),
        "properties": {**properties, "type": kind, "data": shapes.record(schema)},
    }


def _told(schema: Schema, shapes: Shapes) -> Shape:
    body = body_of(schema, shapes.fields(schema))
    return {"description": meaning_of(schema), **body}


def _other(types: Iterable[str]) -> Shape:
    text: Shape = {"type": "string"}
    return {
        "type": "object",
        "description": "An event of a type that this gateway's schemas do not name.",
        "required": ["id", "type", "timestamp", "order_id", "data"],
        "properties": {
            "id": text,
            "type": {**text, "not": {"enum": [*types]}},
            "timestamp": {**text, "format": "date-time"},
            "order_id": text,
            "data": {"type": "object"},
        },
    }


def _one_of(names: Iterable[str], types: Iterable[str], suffix: str) -> Shape:
    mapping = {name: f"{COMPONENTS}{name}{suffix}" for name in types}
    return {
        "oneOf": [{"$ref": f"{COMPONENTS}{name}"} for name in names],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
