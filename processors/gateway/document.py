"""The OpenAPI 3.1 document: a pure function of the table of routes."""

from collections.abc import Mapping, Sequence
from typing import cast

from openapi_pydantic import (
    Components,
    DataType,
    Header,
    Info,
    MediaType,
    OpenAPI,
    Operation,
    PathItem,
    Reference,
    RequestBody,
    Response,
    Schema,
    SecurityScheme,
    Tag,
)
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bus.access.roles import GRANTS, MEANINGS
from processors.gateway import problems
from processors.gateway.answers import NOT_MODIFIED
from processors.gateway.meanings import meaning_of
from processors.gateway.parameters import parameters_of
from processors.gateway.possible import problems_of
from processors.gateway.problems import Problem
from processors.gateway.routes import JSON, TEXT, Route

_REF = "#/components/schemas/"
_ABOUT = """\
Everything the `bus` command can do, with a key, over HTTP. Errors are problem documents
(RFC 9457); lists come in pages with cursors; changes name the version they change
(`If-Match`); a POST with an `Idempotency-Key` is done once.
"""


def describe_api(routes: Sequence[Route], version: str) -> OpenAPI:
    """Describe all routes that are not hidden."""
    shown = [route for route in routes if not route.hidden]
    paths: dict[str, PathItem] = {}
    for route in shown:
        item = paths.setdefault(route.path, PathItem())
        setattr(item, route.method.lower(), _operation(route))
    tags = dict.fromkeys(route.tag for route in shown)
    return OpenAPI(
        openapi="3.1.1",
        info=Info(title="Orderbus", version=version, description=_ABOUT),
        tags=[Tag(name=tag) for tag in tags],
        paths=paths,
        components=Components(
            schemas=_schemas(shown),
            responses=_refusals(),
            securitySchemes={"key": _key_scheme()},
        ),
    )


def as_json(document: OpenAPI) -> bytes:
    """Return the document's bytes."""
    return document.model_dump_json(
        by_alias=True, exclude_none=True, exclude_unset=True, indent=1
    ).encode()


def _schemas(routes: Sequence[Route]) -> dict[str, Schema | Reference]:
    taken = dict.fromkeys(route.body for route in routes if route.body is not None)
    answers = [route.answer for route in routes if route.answer is not None]
    given: dict[type[BaseModel], None] = dict.fromkeys([*answers, Problem])
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    models += [(model, "validation") for model in taken]
    models += [(model, "serialization") for model in given if model not in taken]
    _, found = models_json_schema(
        models,
        ref_template=f"{_REF}{{model}}",
    )
    sent = {model.__name__ for model in taken}
    for name, shape in found["$defs"].items():
        if name in sent:
            _explain(shape)
    return {name: Schema.model_validate(it) for name, it in found["$defs"].items()}


def _explain(shape: Mapping[str, object]) -> None:
    """Say what the fields of a body mean."""
    fields = cast("dict[str, dict[str, object]]", shape.get("properties", {}))
    for name, content in fields.items():
        if meaning := meaning_of(name, content.get("description"), content):
            content["description"] = meaning


def _operation(route: Route) -> Operation:
    return Operation(
        tags=[route.tag],
        operationId=route.operation,
        summary=route.summary,
        description=_description(route),
        parameters=list(parameters_of(route)) or None,
        requestBody=_body(route),
        responses={**_all_good(route), **_unchanged(route), **_bad(route)},
        security=[{"key": [route.scope.value]}] if route.scope else [],
    )


def _description(route: Route) -> str:
    parts = [route.description]
    if route.scope is not None:
        roles = [role.value for role in GRANTS if route.scope in GRANTS[role].scopes]
        means = MEANINGS[route.scope]
        parts.append(f"Scope `{route.scope.value}` ({means}): {', '.join(roles)}.")
    return "\n\n".join(part for part in parts if part)


# --- what is sent


def _body(route: Route) -> RequestBody | None:
    if route.body is None:
        return None
    media = MediaType(media_type_schema=_reference(route.body))
    if route.example is not None:
        media.example = route.example
    return RequestBody(required=not route.optional_body, content={JSON: media})


# --- what is answered


def _all_good(route: Route) -> dict[str, Response | Reference]:
    return {
        str(status): _good(route, status)
        for status in (route.status, *route.more_statuses)
    }


def _unchanged(route: Route) -> dict[str, Response | Reference]:
    if route.method != "GET" or not route.etag:
        return {}
    said = Response(description="It is still what `If-None-Match` names.")
    return {str(NOT_MODIFIED): said}


def _good(route: Route, status: int) -> Response:
    content: dict[str, MediaType] = {}
    for media_type in route.media_types:
        content[media_type] = MediaType(media_type_schema=_shape(route, media_type))
    headers: dict[str, Header | Reference] = {}
    if route.etag:
        headers["ETag"] = Header(
            description="Its version, for `If-Match` and `If-None-Match`.",
            param_schema=Schema(type=DataType.STRING),
        )
    if route.logged:
        headers["Orderbus-Log-Lag"] = Header(
            description="Seconds that the log is behind, or `unknown`.",
            param_schema=Schema(type=DataType.STRING),
        )
    nothing = route.answer is None and status == _NO_CONTENT
    return Response(
        description=_STATUSES[status],
        headers=headers or None,
        content=None if nothing else content,
    )


def _shape(route: Route, media_type: str) -> Schema | Reference:
    if media_type == TEXT:
        return Schema(type=DataType.STRING)
    return _reference(route.answer) if route.answer else Schema()


_NO_CONTENT = 204
_STATUSES = {
    200: "As asked.",
    201: "It was made.",
    202: "It is being done.",
    204: "It is done.",
    207: "Some of it was done: each row says what became of it.",
}


def _bad(route: Route) -> dict[str, Response | Reference]:
    statuses = dict.fromkeys(kind.status for kind in problems_of(route))
    return {
        str(status): _ref(f"#/components/responses/{_name(status)}")
        for status in statuses
    }


def _refusals() -> dict[str, Response | Reference]:
    """One response a status, which says all kinds of it."""
    found: dict[str, Response | Reference] = {}
    for status in dict.fromkeys(kind.status for kind in problems.KINDS):
        kinds = [kind for kind in problems.KINDS if kind.status == status]
        media = MediaType(media_type_schema=_reference(Problem))
        found[_name(status)] = Response(
            description=" Or: ".join(f"{kind.title}. {kind.meaning}" for kind in kinds),
            content={problems.MEDIA_TYPE: media},
        )
    return found


def _name(status: int) -> str:
    return f"Problem{status}"


def _reference(model: type[BaseModel]) -> Reference:
    return _ref(f"{_REF}{model.__name__}")


def _ref(place: str) -> Reference:
    return Reference.model_validate({"$ref": place})


def _key_scheme() -> SecurityScheme:
    return SecurityScheme(
        type="http",
        scheme="bearer",
        bearerFormat="ob_<role>_<id>_<secret>",
        description="A key of this bus: `bus keys create`, or `POST /v1/keys`.",
    )
