"""The 404 matrix: what belongs to others is answered like what there is not.

It is made of the table of routes: of all that a key with a tenant may ask, each name in
a path and each id in a query. A name that nobody has said anything of fails.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import NamedTuple, cast, get_args

import pytest
import pytest_asyncio
from pydantic import BaseModel

from bus.access.roles import GRANTS, Role, Tenancy, scopes_of
from processors.gateway.matching import names_in
from processors.gateway.routes import Route
from processors.gateway.table import ROUTES
from tests.support.gateway import Client, Got, serving
from tests.support.tenants import compared, ours
from tests.support.worlds import Worlds

MISSING = {
    "topic": "bus.dlq.no-shops",
    "event": "0" * 32,
    "order": "SO-0",
    "subscription": "no-shops",
    "source": "no-source",
    "request": "r-0",
    "job": "f" * 24,
    "key": "zzzzzzzzzz",
    "account": "no-account",
    "actor": "zzzzzzzzzz",
    "id": "no-shops",
    "item": "00000000-0000-5000-8000-000000000000",
    "group": "f1-000000000000",
}
EVERYBODYS = {"type"}
"""Names in paths of what belongs to nobody."""
WORDS = {
    *("cursor", "limit", "since", "until"),
    *("dry_run", "prune", "purge", "trust", "seed"),
    *("older", "newer", "span", "q", "source", "assignee"),
    *("type", "state", "outcome", "status", "reason", "kind", "entity", "channel"),
}
"""Queries that are no ids."""


def may_ask(route: Route, role: Role) -> bool:
    """Whether keys of this role that have a tenant get in."""
    has_one = GRANTS[role].tenancy is not Tenancy.NEVER
    return has_one and route.scope in scopes_of(role, "acme")


def named(route: Route) -> set[str]:
    """What a path names that may be somebody's."""
    return set(names_in(route.path)) - EVERYBODYS


ASKED = [route for route in ROUTES if any(may_ask(route, role) for role in Role)]
MATRIX = [route for route in ASKED if named(route)]
READS = [route for route in MATRIX if route.method == "GET"]
CHANGES = [route for route in MATRIX if route.method != "GET"]
WITHIN = [r for r in MATRIX if named(r) > {"subscription"}]
"""Routes to something within a subscription."""
SEARCHES = [
    pytest.param(route, name, id=f"{route.operation}-{name}")
    for route in ASKED
    for name in route.query.model_fields
    if name not in WORDS and not route.streams  # test_live_stream.py hears that
]


class Town(NamedTuple):
    """A gateway, and what is `acme`'s there."""

    ask: Client
    there: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Town]:
    """One for all who only look, and for strangers, who change nothing."""
    async with serving(Worlds()) as ask:
        yield Town(ask, await ours(ask))


in_town = pytest.mark.asyncio(loop_scope="module")


def test_every_name_is_known() -> None:
    """Nobody forgets a route: its row says that it names what is a tenant's."""
    assert [route for route in ROUTES if route.tenants] == MATRIX
    told = {name for route in MATRIX for name in named(route)}
    asked = {search.values[1] for search in SEARCHES}
    assert told - {"partition", "offset"} | asked == set(MISSING)


def path_of(route: Route, names: Mapping[str, str]) -> str:
    """The path of a route to these."""
    return route.path.format(**{n: names.get(n, "") for n in names_in(route.path)})


async def answered(
    ask: Client, route: Route, path: str, by: str
) -> tuple[int, bytes, dict[str, str]]:
    """What somebody is answered, with a body that works."""
    example = route.example if route.body else None
    headers = {"X-Request-Id": "the-same", "If-Match": '"0"'}
    return compared(await ask(route.method, path, example, by=by, headers=headers))


@in_town
@pytest.mark.parametrize("by", [("stranger", Role.PARTNER), ("watcher", Role.READER)])
@pytest.mark.parametrize("route", MATRIX, ids=lambda route: route.operation)
async def test_foreign_is_missing(
    town: Town, route: Route, by: tuple[str, Role]
) -> None:
    """Byte for byte: status, headers, body."""
    ask, there = town
    who, role = by
    foreign = await answered(ask, route, path_of(route, there), who)
    missing = await answered(ask, route, path_of(route, there | MISSING), who)
    assert foreign == missing
    assert foreign[0] == (404 if may_ask(route, role) else 403)


@in_town
@pytest.mark.parametrize("route", WITHIN, ids=lambda route: route.operation)
async def test_foreign_is_missing_within_ones_own(town: Town, route: Route) -> None:
    """The event of another, asked for among one's own."""
    ask, there = town
    own = {"subscription": "their-shop"}
    foreign = await answered(ask, route, path_of(route, there | own), "stranger")
    assert foreign[0] == 404
    missing = path_of(route, there | MISSING | own)
    assert foreign == await answered(ask, route, missing, "stranger")


@in_town
@pytest.mark.parametrize(("route", "name"), SEARCHES)
async def test_foreign_is_missing_in_searches(
    town: Town, route: Route, name: str
) -> None:
    """Byte for byte, too: an empty list, or that nobody may search so."""
    ask, there = town
    path = path_of(route, there | {"subscription": "their-shop"})

    async def answer(value: str) -> tuple[int, bytes, dict[str, str]]:
        return await answered(ask, route, f"{path}?{name}={value}", "stranger")

    foreign = await answer(there[name])
    assert foreign == await answer(MISSING[name])
    assert foreign[0] in {200, 403}
    assert there[name].encode() not in foreign[1]


@in_town
@pytest.mark.parametrize("route", READS, ids=lambda route: route.operation)
async def test_ours_is_there(town: Town, route: Route) -> None:
    """The matrix asks for things that there are, whatever strangers have tried."""
    got = await town.ask("GET", path_of(route, town.there), by="partner")
    assert got.status != 404


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: route.operation)
async def test_ours_can_be_changed(ask: Client, route: Route) -> None:
    """Likewise where a change is asked for."""
    there = await ours(ask)
    example = route.example if route.body else None
    got = await ask(route.method, path_of(route, there), example, by="partner")
    assert got.status != 404


_SHOP = {"id": "other-shop", "url": "https://b.example/x", "types": ["*"]}
_SOURCE = {"id": "other-in", "channel": "shopify"}
NAMING = {
    "createKey": (lambda name: {"role": "reader", "tenant": name}, "#/tenant"),
    "makePortalLink": (lambda name: {"tenant": name}, "#/tenant"),
    "createSubscription": (lambda name: _SHOP | {"owner": name}, "#/owner"),
    "applySubscriptions": (
        lambda name: {"subscriptions": [_SHOP | {"owner": name}]},
        "#/subscriptions/0/owner",
    ),
    "createSource": (lambda name: _SOURCE | {"owner": name}, "#/owner"),
    "applySources": (
        lambda name: {"sources": [_SOURCE | {"owner": name}]},
        "#/sources/0/owner",
    ),
}
"""Routes whose bodies name a tenant: a body that does, and where."""


def _fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    """Names of a model's fields, of those within as well."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield name
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _fields(inner, seen)


def test_every_body_that_names_a_tenant_is_known() -> None:
    """Nobody forgets a route whose body says whose something is."""
    told = {
        route.operation
        for route in ASKED
        if route.body and {"tenant", "owner"} & {*_fields(route.body, set())}
    }
    assert told == set(NAMING)


@pytest.mark.parametrize("operation", NAMING)
async def test_nobody_makes_what_is_anothers(ask: Client, operation: str) -> None:
    """A body that names another tenant is refused, and is told nothing of it."""
    (route,) = (route for route in ROUTES if route.operation == operation)
    body, pointer = NAMING[operation]

    async def answer(name: str) -> Got:
        headers = {"X-Request-Id": "the-same"}
        return await ask("POST", route.path, body(name), by="stranger", headers=headers)

    await ours(ask)
    foreign, none = await answer("acme"), await answer("no-such")
    assert compared(foreign) == compared(none)
    assert (foreign.status, foreign.slug) == (422, "invalid")
    (fault,) = cast("list[dict[str, str]]", foreign.json["errors"])
    assert fault["pointer"] == pointer
    assert "acme" not in foreign.body.decode()
    assert (await answer("other")).status < 300


@pytest.mark.parametrize("path", ["/v1/subscriptions", "/v1/subscriptions:apply"])
async def test_nobody_hears_that_an_id_is_taken_by_others(
    ask: Client, path: str
) -> None:
    """To make one of that id is answered like making one of an id that is free."""
    there = await ours(ask)

    async def answer(name: str) -> tuple[int, bytes, dict[str, str]]:
        new = {"id": name, "url": "https://b.example/x", "types": ["*"]}
        body = {"subscriptions": [new]} if path.endswith("apply") else new
        headers = {"X-Request-Id": "the-same"}
        return compared(await ask("POST", path, body, by="stranger", headers=headers))

    foreign, free = await answer(there["subscription"]), await answer("no-shops")
    assert foreign == free
    assert foreign[0] == 422
