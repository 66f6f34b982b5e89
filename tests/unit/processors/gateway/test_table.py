"""The table of routes as a whole, and what follows from it."""

import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import cast, get_args, get_origin

import pytest
from jsonschema import Draft7Validator
from openapi_spec_validator import validate
from pydantic.fields import FieldInfo
from typing_extensions import override

from bus import errors
from bus.access.roles import Role, Scope, scopes_of
from bus.watch.verdicts import Kind as AlertKind
from processors.gateway.failures import FAILURES
from processors.gateway.matching import names_in
from processors.gateway.paths import NAMES
from processors.gateway.problems import KINDS
from processors.gateway.routes import Route
from processors.gateway.table import ROUTES
from tests.support.gateway import Client
from tests.support.official import asyncapi_schema

OPEN = {"getOpenApi", "getAsyncApi", "getDocs", "getDocsStyle"}
"""Routes that ask for no key: what the API says of itself, and nothing else."""


def by_operation(route: object) -> str:
    """A test's name for a row."""
    return route.operation if isinstance(route, Route) else str(route)


def example_path(route: Route) -> str:
    """A path of the route with names that are well formed."""
    return route.path.format(**{n: NAMES[n].example for n in names_in(route.path)})


def test_rows_are_told_apart() -> None:
    """No operation and no method of a path twice; names in paths are known."""
    assert len({route.operation for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert {name for route in ROUTES for name in names_in(route.path)} <= set(NAMES)
    assert {route.operation for route in ROUTES if route.scope is None} == OPEN


@pytest.mark.parametrize("route", ROUTES, ids=by_operation)
def test_a_row_is_whole(route: Route) -> None:
    """A body has an example that fits it; every POST takes an Idempotency-Key."""
    assert route.summary.endswith((".", "."))
    if route.body is not None:
        assert route.example is not None
        route.body.model_validate(route.example)


@pytest.mark.parametrize("route", [r for r in ROUTES if r.scope], ids=by_operation)
async def test_nobody_and_the_wrong_role(ask: Client, route: Route) -> None:
    """Without a key 401; with one that lacks the scope 403, before all else."""
    path = example_path(route)
    nobody = await ask(route.method, path, by=None)
    assert (nobody.status, nobody.slug) == (401, "not-authenticated")
    for role in Role:
        if route.scope not in scopes_of(role, "acme" if role is Role.PARTNER else ""):
            wrong = await ask(route.method, path, by=role.value)
            assert (wrong.status, wrong.slug) == (403, "not-allowed")
            assert cast("Scope", route.scope).value in str(wrong.json["detail"])


async def test_the_document_is_openapi(ask: Client) -> None:
    """By its official schema; every route that is not hidden is in it."""
    got = await ask("GET", "/openapi.json", by=None)
    validate(got.json)
    described = {
        (method.upper(), path)
        for path, item in got.json["paths"].items()  # type: ignore[attr-defined]
        for method in item
    }
    assert described == {(r.method, r.path) for r in ROUTES if not r.hidden}


async def test_the_other_document_is_asyncapi(ask: Client) -> None:
    """By its official schema, with every topic and event type, and no address."""
    got = await ask("GET", "/asyncapi.json", by=None)
    official = asyncapi_schema()
    if isinstance(official, str):
        pytest.skip(official)
    Draft7Validator(official).validate(got.json)
    messages = cast("Mapping[str, Mapping[str, object]]", got.json["components"])
    for event_type in ask.api.catalogue.event_types:
        assert f"webhook.{event_type}" in messages["messages"]


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json"])
async def test_who_has_a_document_is_not_sent_it_again(ask: Client, path: str) -> None:
    """304 by its ETag, also as a cache would ask; another ETag gets all of it."""
    etag = (await ask("GET", path, by=None)).headers["ETag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        got = await ask("GET", path, by=None, headers={"If-None-Match": known})
        assert (got.status, got.body) == (304, b"")
        assert got.headers["ETag"] == etag
        assert "Content-Type" not in got.headers
    changed = await ask("GET", path, by=None, headers={"If-None-Match": '"other"'})
    assert (changed.status, changed.headers["ETag"]) == (200, etag)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.styled = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name == "href":
                self.links.append(str(value))
            self.styled |= name == "style" or name.startswith("on")


async def test_the_page(ask: Client) -> None:
    """Complete without a script, nothing its policy refuses, no link into nowhere."""
    got = await ask("GET", "/docs", by=None)
    assert got.headers["Content-Type"] == "text/html; charset=utf-8"
    page = _Page()
    page.feed(got.body.decode())
    assert not page.tags & {"script", "style", "iframe", "object"}
    assert not page.styled
    assert len(set(page.ids)) == len(page.ids)
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner <= set(page.ids)
    assert {"/openapi.json", "/asyncapi.json"} <= set(page.links)
    assert {route.operation for route in ROUTES if not route.hidden} <= set(page.ids)
    assert {f"problem-{kind.slug}" for kind in KINDS} <= set(page.ids)
    css = await ask("GET", "/docs/style.css", by=None)
    assert css.status == 200


async def test_head_is_get_without_a_body(ask: Client) -> None:
    """As RFC 9110 wants it of every server."""
    got = await ask("HEAD", "/v1/event-types")
    assert (got.status, got.body) == (200, b"")


def test_every_error_of_ours_has_a_row() -> None:
    """So that none becomes a 500 unawares; those that stop a start are left out."""
    ours = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OrderbusError)
    }
    rows = [kind for kind, _ in FAILURES]
    never = {errors.EmbeddedBrokerError, errors.WorkerBrokenError}
    assert ours - set(rows) == never
    for n, kind in enumerate(rows):
        assert not any(issubclass(later, kind) for later in rows[n + 1 :]), kind


def test_the_document_is_json_without_secrets() -> None:
    """Examples hold no key."""
    assert "ob_operator_" not in json.dumps([r.example for r in ROUTES])


ONLY_READ = {
    *("listEventTypes", "listEvents", "getEvent", "listAttempts", "listAudit"),
    *("searchPayload", "getEventTimeline", "getOrderTimeline"),
    *("listObjectives", "listForecasts", "listTopics", "listGroups"),
    *("getSubscriptionCourse", "listSchemaVersions", "getSettings"),
}
"""Lists of what nobody changes row by row."""


def test_every_list_says_what_each_row_allows() -> None:
    """But for what is only read."""
    rows = {
        route.operation: get_args(route.answer.model_fields["data"].annotation)[0]
        for route in ROUTES
        if route.method == "GET"
        and route.answer is not None
        and get_origin(route.answer.model_fields.get("data", _NONE).annotation)
        is Sequence
    }
    silent = {name for name, row in rows.items() if "actions" not in row.model_fields}
    assert silent == ONLY_READ


_NONE = FieldInfo(annotation=None)


def test_whatever_an_alert_is_about_has_a_path() -> None:
    """A kind that the pattern forgets leads to pages that are not found."""
    assert all(re.fullmatch(NAMES["kind"].pattern, kind) for kind in AlertKind)
