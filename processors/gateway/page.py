"""The readable page: the table of routes as HTML, complete without any script."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from processors.gateway.possible import problems_of
from processors.gateway.problems import KINDS, Kind
from processors.gateway.routes import Route

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row of a route's table of parameters."""

    name: str
    where: str
    kind: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A route as the page shows it."""

    operation: str
    method: str
    path: str
    summary: str
    description: str
    parameters: Sequence[Parameter]
    body: str
    example: str
    answer: str
    problems: Sequence[Kind]


@dataclass(frozen=True, slots=True)
class Group:
    """Routes under one heading."""

    name: str
    routes: Sequence[Shown]


def render_page(routes: Sequence[Route], document: Mapping[str, object]) -> bytes:
    """Return the page; `document` is the OpenAPI document of the same routes."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html", "j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["coded"] = coded
    operations = _operations(document)
    shown = [route for route in routes if route.operation in operations]
    groups = [
        Group(tag, [_shown(r, operations[r.operation]) for r in shown if r.tag == tag])
        for tag in dict.fromkeys(route.tag for route in shown)
    ]
    schemas = _as_map(_as_map(document["components"])["schemas"])
    shown_as = {name: _pretty(schemas[name]) for name in sorted(schemas)}
    text = environment.get_template("docs.html.j2").render(
        info=document["info"],
        groups=groups,
        kinds=KINDS,
        schemas={name: it for name, it in shown_as.items() if "." not in name},
        types={name: it for name, it in shown_as.items() if "." in name},
    )
    return text.encode()


def coded(text: str) -> Markup:
    """What stands between backticks as code, all of it escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one has no partner
        return Markup.escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else part
        for at, part in enumerate(parts)
    )


@cache
def style() -> bytes:
    """How the page looks."""
    return (_TEMPLATES / "docs.css").read_bytes()


def _operations(document: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    found: dict[str, Mapping[str, object]] = {}
    for item in _as_map(document["paths"]).values():
        for operation in _as_map(item).values():
            if isinstance(operation, dict):
                found[str(operation["operationId"])] = operation
    return found


def _shown(route: Route, operation: Mapping[str, object]) -> Shown:
    listed = operation.get("parameters", [])
    return Shown(
        operation=route.operation,
        method=route.method,
        path=route.path,
        summary=route.summary,
        description=str(operation.get("description", "")),
        parameters=[_parameter(it) for it in listed]
        if isinstance(listed, list)
        else [],
        body=route.body.__name__ if route.body else "",
        example=_pretty(route.example) if route.example else "",
        answer=route.answer.__name__ if route.answer else "",
        problems=problems_of(route),
    )


def _parameter(given: object) -> Parameter:
    fields = _as_map(given)
    schema = _as_map(fields["schema"])
    bounds = [
        f"{name} {_whole(schema[name])}"
        for name in ("minimum", "maximum")
        if name in schema
    ]
    kind = ", ".join([str(schema.get("type", "")), *bounds])
    return Parameter(
        name=str(fields["name"]),
        where=str(fields["in"]),
        kind=kind,
        required=bool(fields.get("required")),
        meaning=str(fields.get("description", "")),
    )


def _whole(value: object) -> object:
    """Without the ".0" that OpenAPI's model gives every number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
