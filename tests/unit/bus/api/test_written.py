"""Methods and types of the client follow the gateway's table of routes."""

import inspect
from collections.abc import Mapping
from pathlib import Path

import pytest

from bus.api import Api, AsyncApi
from processors.gateway.matching import names_in
from processors.gateway.routes import Route
from processors.gateway.table import ROUTES
from tests.api_client.described import has_method
from tests.api_client.writing import method, write_all

ROOT = Path(__file__).parents[4]
WITH_METHOD = [route for route in ROUTES if has_method(route)]


def by_operation(route: object) -> str:
    """A test's name for a row."""
    return route.operation if isinstance(route, Route) else str(route)


def parameters_of(kind: type, name: str) -> Mapping[str, inspect.Parameter]:
    """What a method takes."""
    found = dict(inspect.signature(getattr(kind, name)).parameters)
    del found["self"]
    return found


def test_what_stands_there_is_what_would_be_written(tmp_path: Path) -> None:
    """After a change of the table: `make client`."""
    write_all(tmp_path)
    written = {
        str(file.relative_to(tmp_path)): file.read_text("utf-8")
        for file in tmp_path.rglob("*.py")
    }
    here = {
        str(file.relative_to(ROOT / "bus" / "api")): file.read_text("utf-8")
        for folder in ("models", "calls", "async_calls")
        for file in (ROOT / "bus" / "api" / folder).glob("*.py")
    }
    assert here == written, "run `make client`"


@pytest.mark.parametrize("kind", [Api, AsyncApi])
@pytest.mark.parametrize("route", WITH_METHOD, ids=by_operation)
def test_a_route_is_a_method_with_its_names(route: Route, kind: type) -> None:
    """Path, body, query and headers of the row are its parameters, and no others."""
    found = parameters_of(kind, method(route.operation))
    assert [n for n, p in found.items() if p.kind is p.POSITIONAL_OR_KEYWORD] == [
        *names_in(route.path),
        *(["body"] if route.body else []),
    ]
    headers = [
        ("if_match", route.if_match != "none"),
        ("idempotency_key", route.idempotent),
    ]
    assert [n for n, p in found.items() if p.kind is p.KEYWORD_ONLY] == [
        *route.query.model_fields,
        *(name for name, there in headers if there),
    ]
    if route.body is not None:
        assert (found["body"].default is None) == route.optional_body
    if route.if_match != "none":
        assert (found["if_match"].default is None) == (route.if_match == "may")


def test_both_clients_are_the_same() -> None:
    """But for `await`: the same methods with the same parameters."""
    names = {name for name in dir(Api) if not name.startswith("_")}
    assert names == {name for name in dir(AsyncApi) if not name.startswith("_")}
    routes = {method(route.operation) for route in WITH_METHOD}
    assert names == routes | {"close", "finished", "sleep", "stream", "url"}
    for name in routes:
        assert parameters_of(Api, name) == parameters_of(AsyncApi, name)
