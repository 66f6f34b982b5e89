"""Parked orders over HTTP: ranked, shown, decided about; whose they are."""

from typing import cast

import pytest

from bus.adapters.memory import settle
from processors.gateway.api import Api
from processors.parked.trying import Tried
from tests.support.gateway import Client
from tests.support.parked import HeldTries, found, item, park
from tests.support.worlds import Worlds

PATH = "/v1/parked"
ONE = item(1)
SKU = "f1-7a91298b1334"
DATA = {"order_id": "shopify.acme-shop.1001", "note": "mended"}


def tries(api: Api) -> HeldTries:
    """What tries say."""
    return cast("HeldTries", api.parked.tries())


async def job_of(ask: Client, answer: dict[str, object]) -> dict[str, object]:
    """What a job has come to."""
    await settle()
    job = cast("dict[str, object]", answer["job"])
    return (await ask("GET", f"/v1/jobs/{job['id']}")).json


async def test_groups_with_their_terms(ask: Client) -> None:
    """The dearest first; a page goes on where the one before ended."""
    dear = item(3, findings=(found(rule="price-known"),), value=ONE.value)
    await park(ask.api.parked, ONE, item(2), dear)
    got = await ask("GET", f"{PATH}/groups?limit=1")
    assert [row["group"] for row in got.rows] == [SKU]
    terms = cast("dict[str, object]", got.json["terms"])
    assert (terms["currency"], terms["items"]) == ("EUR", 3)
    after = await ask("GET", f"{PATH}/groups?limit=1&cursor={got.json['next']}")
    assert [row["rule"] for row in after.rows] == ["price-known"]
    assert after.json["next"] is None
    one = await ask("GET", f"{PATH}/groups/{SKU}")
    assert (one.json["count"], one.json["value"]) == (2, "241.00")
    assert (await ask("GET", f"{PATH}/groups/f1-000000000000")).status == 404


async def test_lists_and_one(ask: Client) -> None:
    """By state and name; one has its ETag, its findings and what may be done."""
    await park(ask.api.parked, ONE, item(2))
    listed = await ask("GET", f"{PATH}?order=%231001")
    assert [row["item"] for row in listed.rows] == [ONE.id]
    page = await ask("GET", f"{PATH}?limit=1")
    after = await ask("GET", f"{PATH}?limit=1&cursor={page.json['next']}")
    both = [str(row["item"]) for row in (*page.rows, *after.rows)]
    assert sorted(both) == sorted([ONE.id, item(2).id])
    assert (await ask("GET", f"{PATH}?state=released")).rows == []
    got = await ask("GET", f"{PATH}/{ONE.id}")
    assert got.headers["ETag"] == '"1"'
    assert got.json["raw"] == "intake.raw.acme-shop/0/1"
    assert got.json["actions"] == ["release", "reject", "assign", "snooze", "edit"]
    (told,) = cast("list[dict[str, object]]", got.json["findings"])
    assert (told["rule"], told["path"]) == (
        "sku-known",
        "lines[2].identifiers[0].value",
    )


async def test_decisions_name_the_version(ask: Client) -> None:
    """Who has seen an older one is told so, and changes nothing."""
    await park(ask.api.parked, ONE)
    match = {"If-Match": '"1"'}
    done = await ask("POST", f"{PATH}/{ONE.id}/assign", {"to": "kim"}, headers=match)
    assert (done.status, done.json["assignee"], done.headers["ETag"]) == (
        200,
        "kim",
        '"2"',
    )
    body = {"duration": "4h", "why": "price list"}
    stale = await ask("POST", f"{PATH}/{ONE.id}/snooze", body, headers=match)
    assert stale.status == 412
    done = await ask("POST", f"{PATH}/{ONE.id}/snooze", body)
    assert done.json["state"] == "snoozed"
    assert (await ask("POST", f"{PATH}/{ONE.id}/reject", {"why": ""})).status == 422
    done = await ask("POST", f"{PATH}/{ONE.id}/reject", {"why": "a test order"})
    assert (done.json["state"], done.json["why"]) == ("rejected", "a test order")
    assert (await ask("POST", f"{PATH}/{ONE.id}/snooze", body)).status == 409
    done = await ask("POST", f"{PATH}/{ONE.id}/release", by="support")
    assert (done.json["state"], done.json["releases"]) == ("released", 1)
    whole = await ask("GET", f"{PATH}/{ONE.id}")
    steps = cast("list[dict[str, object]]", whole.json["history"])
    assert [step["decision"] for step in steps] == [
        "assigned",
        "snoozed",
        "rejected",
        "released",
    ]


async def test_an_edit(ask: Client) -> None:
    """Checked, then kept beside the original."""
    await park(ask.api.parked, ONE)
    path = f"{PATH}/{ONE.id}/edit"
    bad = await ask("POST", path, {"data": {"note": "x"}})
    assert bad.status == 422
    tries(ask.api).tried[ONE.id] = Tried(
        passes=False, findings=(found(),), why="sku-known: no row"
    )
    dry = await ask("POST", f"{path}?dry_run=true", {"data": DATA})
    assert (dry.json["passes"], dry.json["why"]) == (False, "sku-known: no row")
    done = await ask("POST", path, {"data": DATA, "why": "typo"})
    assert cast("dict[str, object]", done.json["item"])["edited"] is True
    whole = (await ask("GET", f"{PATH}/{ONE.id}")).json
    assert (whole["payload"], whole["original"]) == (DATA, ONE.payload)


async def test_a_group_is_fixed_as_a_job(ask: Client) -> None:
    """Tried first; with another mapping it is only tried."""
    await park(ask.api.parked, *(item(n) for n in range(1, 5)))
    tries(ask.api).tried[ONE.id] = Tried(passes=False, why="no price")
    path = f"{PATH}/groups/{SKU}/fix"
    dry = await ask("POST", f"{path}?dry_run=true")
    plan = cast("dict[str, object]", dry.json["plan"])
    assert (dry.status, plan["tried"], plan["passing"]) == (200, 4, 3)
    assert plan["failing"] == {"no price": 1}
    other = await ask("POST", path, {"mapping": "intake.order_received: {}"})
    assert (other.status, other.json["job"]) == (200, None)
    assert tries(ask.api).asked[-1].mapping
    done = await ask("POST", path, {"why": "price list"})
    assert done.status == 202
    assert (await job_of(ask, done.json))["result"] == {
        "done": 3,
        "failed": 0,
        "not_done": {},
    }
    assert (await ask("GET", f"{PATH}/groups/{SKU}")).json["count"] == 1


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("release", {}),
        ("reject", {"why": "fraud"}),
        ("assign", {"to": "kim"}),
        ("snooze", {"duration": "1h"}),
    ],
)
async def test_a_group_is_decided_about_as_a_job(
    ask: Client, action: str, body: dict[str, str]
) -> None:
    """All that wait of it; first the plan."""
    await park(ask.api.parked, ONE, item(2))
    path = f"{PATH}/groups/{SKU}/{action}"
    dry = await ask("POST", f"{path}?dry_run=true", body)
    assert (dry.status, dry.json) == (200, {"plan": {"meant": 2}, "job": None})
    done = await ask("POST", path, body)
    assert (await job_of(ask, done.json))["result"] == {
        "done": 2,
        "failed": 0,
        "not_done": {},
    }


async def test_a_group_is_split(ask: Client) -> None:
    """By a field; both parts can be asked for, and it is made whole again."""
    await park(ask.api.parked, ONE, item(2, account="B"))
    path = f"{PATH}/groups/{SKU}/split"
    got = await ask("POST", path, {"by": "account"})
    parts = cast("list[dict[str, object]]", got.json["data"])
    assert sorted(str(one["part"]) for one in parts) == ["account: ACME", "account: B"]
    one = await ask("GET", f"{PATH}/groups/{parts[0]['group']}")
    assert one.json["count"] == 1
    assert (await ask("POST", path, {"by": "weather"})).status == 422
    whole = await ask("POST", path, {"by": None})
    assert [one["group"] for one in whole.json["data"]] == [SKU]  # type: ignore[attr-defined]


async def test_a_tenant_sees_its_own_and_changes_nothing(ask: Client) -> None:
    """What is another's is not there, byte for byte as what never was."""
    mine, theirs = item(1, owner="acme"), item(2)
    await park(ask.api.parked, mine, theirs)
    got = await ask("GET", f"{PATH}?state=all", by="partner")
    assert [row["item"] for row in got.rows] == [mine.id]
    assert (await ask("GET", f"{PATH}/{mine.id}", by="partner")).json["actions"] == []
    foreign = await ask("GET", f"{PATH}/{theirs.id}", by="partner")
    never = await ask("GET", f"{PATH}/{item(9).id}", by="partner")
    without = [
        {k: v for k, v in got.json.items() if k not in {"instance", "request_id"}}
        for got in (foreign, never)
    ]
    assert foreign.status == 404
    assert without[0] == without[1]
    refused = await ask("POST", f"{PATH}/{mine.id}/release", by="partner")
    assert refused.status == 403


async def test_what_is_done_is_the_visitors(ask: Client, worlds: Worlds) -> None:
    """The audit names the key, and the address."""
    await park(ask.api.parked, ONE)
    await ask("POST", f"{PATH}/{ONE.id}/assign", {"to": "kim"}, by="support")
    (change,) = [one for one in worlds.audited() if one.entity == "parked"]
    assert (change.action, change.address) == ("assign", "127.0.0.1")
    assert not change.actor.startswith("cli:")
