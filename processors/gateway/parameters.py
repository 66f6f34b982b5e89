"""What a route takes in its path, its query and its headers, as OpenAPI says it."""

from collections.abc import Iterator, Mapping
from typing import cast

from openapi_pydantic import DataType, Parameter, Schema

from processors.gateway.matching import names_in
from processors.gateway.meanings import meaning_of
from processors.gateway.paths import NAMES
from processors.gateway.reading import KEY_PATTERN, VERSION_PATTERN
from processors.gateway.routes import Route
from processors.live.positions import PATTERN as LAST_ID


def parameters_of(route: Route) -> Iterator[Parameter]:
    """All that a route takes beside a body."""
    for name in names_in(route.path):
        named = NAMES[name]
        schema = Schema(type=DataType.STRING, pattern=f"^({named.pattern})$")
        found = _parameter(name, "path", named.meaning, schema, required=True)
        found.example = named.example
        yield found
    query = route.query.model_json_schema()
    for name, content in query.get("properties", {}).items():
        required = name in query.get("required", [])
        meaning = meaning_of(name, content.pop("description", ""), content)
        schema = Schema.model_validate(_in_place(content, query))
        yield _parameter(name, "query", meaning, schema, required=required)
    yield from _headers(route)


def _headers(route: Route) -> Iterator[Parameter]:
    if route.method == "GET" and route.etag:
        meaning = "An ETag of it that you have: if it is still that, the answer is 304."
        schema = Schema(type=DataType.STRING)
        yield _parameter("If-None-Match", "header", meaning, schema, required=False)
    if route.if_match != "none":
        meaning = "The ETag of the version that is to be changed."
        schema = Schema(type=DataType.STRING, pattern=f"^({VERSION_PATTERN})$")
        needed = route.if_match == "must"
        yield _parameter("If-Match", "header", meaning, schema, required=needed)
    if route.streams:
        meaning = "The last id that was heard: the stream goes on after it."
        schema = Schema(type=DataType.STRING, pattern=f"^{LAST_ID}$")
        yield _parameter("Last-Event-ID", "header", meaning, schema, required=False)
    if route.idempotent:
        meaning = (
            "A name of the request: sent again with the same one within 24 hours, it "
            "is not done again but answered as before."
        )
        schema = Schema(type=DataType.STRING, pattern=f"^{KEY_PATTERN}$")
        yield _parameter("Idempotency-Key", "header", meaning, schema, required=False)


def _parameter(
    name: str, where: str, meaning: str, schema: Schema, *, required: bool
) -> Parameter:
    fields: dict[str, object] = {
        "name": name,
        "in": where,
        "required": required,
        "description": meaning,
        "schema": schema,
    }
    return Parameter.model_validate(fields)


def _in_place(content: object, schema: Mapping[str, object]) -> object:
    """A parameter's schema without references to definitions beside it."""
    if isinstance(content, list):
        return [_in_place(item, schema) for item in content]
    if not isinstance(content, dict):
        return content
    if "$ref" in content:
        name = str(content["$ref"]).rpartition("/")[2]
        definitions = cast("Mapping[str, object]", schema["$defs"])
        return _in_place(definitions[name], schema)
    if "anyOf" in content:
        # What a query leaves out is not null.
        given = [kind for kind in content["anyOf"] if kind != {"type": "null"}]
        if len(given) == 1:
            return _in_place(given[0], schema)
    return {key: _in_place(item, schema) for key, item in content.items()}
