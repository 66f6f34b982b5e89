"""Who changed what, over HTTP."""

from typing import get_args

import pytest

from bus.access.entities import Entity
from processors.gateway.audit import EntityWord
from tests.contract.log.rows import change, write
from tests.support.gateway import Client

PATH = "/v1/audit"


def test_every_kind_can_be_asked_for() -> None:
    """No list of kinds is older than the other."""
    assert set(get_args(EntityWord)) == {kind.value for kind in Entity}


async def three(ask: Client) -> str:
    """Changes of an operator, of an operator for acme, of acme; its key's id."""
    keys = ask.api.keys.table.all()
    (ours,) = [key.id for key in keys if key.tenant == "acme"]
    await write(
        ask.log,
        change(1, actor="cli:root"),
        change(2, tenant="acme", entity_id="my-shop", address="10.0.0.9"),
        change(3, tenant="acme", actor=ours, entity="key", before="", after='{"a": …'),
    )
    return ours


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [3, 2, 1]),
        ("?entity=key", [3]),
        ("?id=my-shop", [2]),
        ("?actor=cli:root", [1]),
        ("?since=2026-11-28T12:00:02Z&until=2026-11-28T12:00:03Z", [2]),
        ("?entity=key&id=my-shop", []),
    ],
)
async def test_what_fits_is_found(ask: Client, query: str, found: list[int]) -> None:
    """All that is given has to fit; the newest come first."""
    await three(ask)
    rows = (await ask("GET", PATH + query)).rows
    assert [int(str(row["at"])[17:19]) for row in rows] == found


async def test_a_change(ask: Client) -> None:
    """Before and after are objects; what the log cut is its text."""
    await three(ask)
    newest, older, _ = (await ask("GET", PATH)).rows
    assert older == {
        "at": "2026-11-28T12:00:02.000000Z",
        "actor": "operator-1",
        "tenant": "acme",
        "address": "10.0.0.9",
        "action": "pause",
        "entity": "subscription",
        "entity_id": "my-shop",
        "before": {"paused": False},
        "after": {"paused": True},
    }
    assert (newest["before"], newest["after"]) == (None, '{"a": …')


async def test_a_tenant_sees_its_own(ask: Client) -> None:
    """Not from where operators did it: that is an address of our network."""
    ours = await three(ask)
    rows = (await ask("GET", PATH, by="partner")).rows
    assert [(row["actor"], row["address"]) for row in rows] == [
        (ours, "127.0.0.1"),
        ("operator-1", ""),
    ]
    assert (await ask("GET", PATH, by="stranger")).rows == []
    cursor = (await ask("GET", f"{PATH}?limit=1")).json["next"]
    got = await ask("GET", f"{PATH}?limit=1&cursor={cursor}", by="partner")
    assert (got.status, got.slug) == (400, "bad-cursor")
