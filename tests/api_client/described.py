"""The table of routes as the writer needs it: by file, with types of its schemas."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import cast

from processors.gateway.document import as_json, describe_api
from processors.gateway.routes import Route

STREAM = "text/event-stream"
_TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}


class Described:
    """The routes that the client has, and the schemas they speak of."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = [
            r for r in routes if not r.hidden and STREAM not in r.media_types
        ]
        self._document = json.loads(as_json(describe_api(self.routes, "")))
        self.schemas: Mapping[str, dict[str, object]] = self._document["components"][
            "schemas"
        ]

    @property
    def rooms(self) -> Sequence[str]:
        """Of the routes, in the order of the table."""
        return list(dict.fromkeys(room(route) for route in self.routes))

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Each schema's room: the first one that speaks of it.

        So a schema speaks only of those of its own room and of earlier ones.
        """
        found: dict[str, str] = {}
        for here in self.rooms:
            for route in self.routes:
                for model in (route.body, route.answer) if room(route) == here else ():
                    for name in self._reached(model.__name__) if model else ():
                        found.setdefault(name, here)
        return found

    @cached_property
    def sent(self) -> set[str]:
        """Schemas that are sent: what has a default may be left out of them."""
        bodies = [route.body.__name__ for route in self.routes if route.body]
        return {name for body in bodies for name in self._reached(body)}

    def _reached(self, name: str) -> Sequence[str]:
        """A schema and all that it speaks of, those first that are spoken of."""
        found: dict[str, None] = {}
        for inner in references(self.schemas[name]):
            found.update(dict.fromkeys(self._reached(inner)))
        return [*found, name]

    def row_of(self, route: Route) -> str:
        """The schema of a page's rows; empty if the answer is no page."""
        fields = self.fields(route.answer.__name__) if route.answer else {}
        if not {"data", "next", "previous"} <= fields.keys():
            return ""
        items = cast("Mapping[str, str]", fields["data"]["items"])
        return items["$ref"].rpartition("/")[2]

    def fields(self, name: str) -> Mapping[str, Mapping[str, object]]:
        """A schema's fields."""
        fields = self.schemas[name].get("properties", {})
        return cast("Mapping[str, Mapping[str, object]]", fields)

    def parameters(self, route: Route) -> Iterator[tuple[str, str, bool]]:
        """Name, type and need of what stands behind the question mark."""
        operation = self._document["paths"][route.path][route.method.lower()]
        for one in operation.get("parameters", []):
            if one["in"] == "query":
                yield one["name"], _one_or_more(one["schema"]), one["required"]


def room(route: Route) -> str:
    """The file of the gateway that a route's handler stands in."""
    return route.handler.__module__.rpartition(".")[2]


def has_method(route: Route) -> bool:
    """Whether the client has it: all but what is hidden and what never ends."""
    return not route.hidden and STREAM not in route.media_types


def references(schema: object) -> Iterator[str]:
    """The names of the schemas that one speaks of."""
    if isinstance(schema, dict):
        if isinstance(named := schema.get("$ref"), str):
            yield named.rpartition("/")[2]
        for inner in schema.values():
            yield from references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from references(inner)


def type_of(schema: Mapping[str, object]) -> str:
    """The type, as Python writes it, of what a schema allows."""
    several = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(several, list):
        return " | ".join(dict.fromkeys(type_of(one) for one in several))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if isinstance(words := schema.get("enum", [schema.get("const")]), list) and any(
        words
    ):
        return f"Literal[{', '.join(json.dumps(word) for word in words)}]"
    kind = schema.get("type")
    if kind == "array":
        return f"Sequence[{_inner(schema.get('items'))}]"
    if kind == "object":
        return f"Mapping[str, {_inner(schema.get('additionalProperties'))}]"
    return _TYPES[str(kind)] if kind else "object"


def _one_or_more(schema: Mapping[str, object]) -> str:
    """The type of a parameter: one that may be given several times may be one."""
    if schema.get("type") != "array":
        return type_of(schema)
    one = _inner(schema.get("items"))
    return f"{one} | Sequence[{one}]"


def _inner(schema: object) -> str:
    return type_of(schema) if isinstance(schema, dict) and schema else "object"
