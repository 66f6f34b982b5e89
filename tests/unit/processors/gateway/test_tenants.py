"""The 404 matrix: what belongs to others is answered like what there is not."""

import pytest

from bus.access.roles import Role, principal
from bus.samples.lifecycles import sample
from processors.gateway.jobs import Progress
from processors.gateway.matching import names_in
from processors.gateway.routes import Route
from processors.gateway.table import ROUTES
from tests.contract.log.rows import attempt, event, write
from tests.support.gateway import Client, Got
from tests.support.orders import STARTED
from tests.support.past import Past

OURS = {
    "subscription": "our-shop",
    "event": "5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11",
    "topic": "bus.dlq.our-shop",
}
MISSING = OURS | {
    "topic": "bus.dlq.no-shops",
    "event": "0" * 32,
    "subscription": "no-shops",
    "job": "f" * 24,
    "key": "zzzzzzzzzz",
}
TENANT_NAMES = {"subscription", "job", "key"}
"""Names in paths that belong to a tenant."""
LOGGED = {"getEvent"}
"""Their events are asked of the log, and belong to whom they were attempted for."""
AT_A_PLACE = {"getRecord", "getRecordBody"}
"""Their records are dead letters, and belong to whose dead-letter topic it is."""
MATRIX = [route for route in ROUTES if route.tenants]
OFTEN_MISSING = {"getDeadLetters", "replaceDeadLetter"}
"""Their last name is not a tenant's, and there is none such here."""


async def ours(ask: Client) -> dict[str, str]:
    """Something of each kind that belongs to `acme`."""
    new = {"id": OURS["subscription"], "url": "https://a.example/x", "types": ["*"]}
    made = await ask("POST", "/v1/subscriptions", new | {"owner": "acme"})
    assert made.status == 201

    async def work(_: Progress) -> dict[str, object]:
        return {}

    by = principal("abcdefgh23", Role.PARTNER, "acme")
    job, _ = ask.api.jobs.start(by, "test", "our-shop", work)
    keys = ask.api.keys.table.all()
    (key,) = [key.id for key in keys if key.tenant == "acme"]
    await write(
        ask.log,
        sent := event(1, event_id=OURS["event"]),
        attempt(1, sent, subscription="our-shop"),
    )
    await ask.api.world.table.ready()
    past = Past(ask.api.world)
    died = sample("order.created", 1, STARTED)
    at = await past.die("our-shop", died, await past.produce(died))
    place = {"partition": str(at.partition), "offset": str(at.offset)}
    return OURS | {"job": job.id, "key": key} | place


def compared(got: Got) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but the second in which it was given."""
    headers = {name: value for name, value in got.headers.items() if name != "Date"}
    return got.status, got.body, headers


def test_every_route_with_such_a_name_is_in_it() -> None:
    """Nobody forgets one."""
    named = [
        route
        for route in ROUTES
        if TENANT_NAMES & set(names_in(route.path))
        or route.operation in LOGGED | AT_A_PLACE
    ]
    assert named == MATRIX


@pytest.mark.parametrize("route", MATRIX, ids=lambda route: route.operation)
async def test_foreign_is_missing(ask: Client, route: Route) -> None:
    """Byte for byte: status, headers, body."""
    there = await ours(ask)

    async def answer(names: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        path = route.path.format(**{n: names[n] for n in names_in(route.path)})
        headers = {"X-Request-Id": "the-same", "If-Match": '"0"'}
        example = route.example if route.body else None
        return compared(
            await ask(route.method, path, example, by="stranger", headers=headers)
        )

    foreign, missing = await answer(there), await answer(there | MISSING)
    assert foreign == missing
    assert foreign[0] == 404


@pytest.mark.parametrize("route", MATRIX, ids=lambda route: route.operation)
async def test_ours_is_there(ask: Client, route: Route) -> None:
    """The matrix asks for things that there are."""
    there = await ours(ask)
    path = route.path.format(**{n: there.get(n, "") for n in names_in(route.path)})
    example = route.example if route.body else None
    got = await ask(route.method, path, example, by="partner")
    assert (got.status == 404) == (route.operation in OFTEN_MISSING)


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
