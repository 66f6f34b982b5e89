"""What is refused is told in our words: what was expected, and where."""

from collections.abc import Iterator
from typing import cast

import pytest
from pydantic import BaseModel

from processors.gateway.table import ROUTES
from processors.gateway.wording import form_of
from processors.web.table import ACTS, FILES, PAGES
from tests.support.gateway import Client

_FOREIGN = ("Input should", "String should", "Field required", "valid dictionary")


def patterns(schema: object) -> Iterator[str]:
    """All forms of texts in a JSON schema."""
    if isinstance(schema, list):
        for one in schema:
            yield from patterns(one)
    if isinstance(schema, dict):
        for name, inner in schema.items():
            if name == "pattern" and isinstance(inner, str):
                yield inner
            yield from patterns(inner)


def models() -> Iterator[type[BaseModel]]:
    """All that is read of requests, those of pages and forms as well."""
    for route in ROUTES:
        yield route.query
        if route.body is not None:
            yield route.body
    yield from (page.query for page in PAGES)
    yield from (file.query for file in FILES)
    yield from (act.form for act in ACTS)


def test_every_form_has_words() -> None:
    """Nobody is answered with a regular expression."""
    found = {one for model in models() for one in patterns(model.model_json_schema())}
    assert len(found) > 10
    assert [one for one in found if one in form_of(one)] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "where", "detail"),
    [
        ("GET", "/v1/attempts?limit=0", ..., "limit", "a number of 1 or more"),
        ("GET", "/v1/attempts?limit=-1", ..., "limit", "a number of 1 or more"),
        ("GET", "/v1/attempts?limit=x", ..., "limit", "expected a whole number"),
        ("GET", "/v1/attempts?since=soon", ..., "since", "expected a time, 2026-"),
        (
            "GET",
            "/v1/attempts?nope=1",
            ...,
            "nope",
            "no such parameter; there are: ",
        ),
        ("GET", "/v1/attempts?limits=1", ..., "limits", "did you mean limit?"),
        (
            "POST",
            "/v1/events",
            {"type": "order.created", "dta": {}},
            "#/dta",
            "there is no such field; did you mean data?",
        ),
        (
            "POST",
            "/v1/events",
            {"events": [{"type": "order.created", "dta": {}}]},
            "#/events/0/dta",
            "there is no such field; did you mean data?",
        ),
        ("POST", "/v1/events", [], "#", "expected an object"),
        ("POST", "/v1/events", {"type": "Order", "data": {}}, "#/type", "order.cre"),
        ("POST", "/v1/events", {"data": {}}, "#/type", "is missing"),
        ("POST", "/v1/events", {"events": []}, "#/events", "at least 1 item"),
        (
            "POST",
            "/v1/subscriptions",
            {"id": "A", "url": "x", "types": [], "ordering": "loose", "colour": 1},
            "#/types",
            "expected at least 1 item",
        ),
        ("POST", "/v1/keys", {"role": "king"}, "#/role", "operator or support"),
    ],
)
async def test_what_was_expected(
    ask: Client, method: str, path: str, body: object, where: str, detail: str
) -> None:
    """With the pointer or the parameter; never a library's sentence."""
    got = await (ask(method, path) if body is ... else ask(method, path, body))
    assert got.status in {400, 422}
    assert not any(word in got.body.decode() for word in _FOREIGN)
    faults = cast("list[dict[str, str]]", got.json["errors"])
    told = {one.get("pointer") or one.get("parameter"): one["detail"] for one in faults}
    assert detail in told[where]


@pytest.mark.parametrize("path", ["/v1/events", "/v1/keys"])
@pytest.mark.parametrize(
    ("charset", "status"), [("utf-16", 415), ("latin-1", 415), ("UTF-8", 422)]
)
async def test_json_is_utf8(ask: Client, path: str, charset: str, status: int) -> None:
    """In another charset its texts would be others."""
    headers = {"Content-Type": f"application/json; charset={charset}"}
    got = await ask("POST", path, {}, headers=headers)
    assert got.status == status
