"""A whole document of subscriptions."""

from typing import cast

from bus.adapters.memory import settle
from processors.subscriptions.keys import Keys
from tests.support.gateway import Client, serving
from tests.support.worlds import KEYS, Worlds

PATH = "/v1/subscriptions:apply"


def one(name: str, **fields: object) -> dict[str, object]:
    """A subscription of the document."""
    url = f"https://{name}.example/in"
    return {"id": name, "url": url, "types": ["order.*"], **fields}


def rows(document: dict[str, object], name: str) -> list[dict[str, object]]:
    """A list in an answer."""
    return cast("list[dict[str, object]]", document[name])


async def test_says_first_then_does(ask: Client, worlds: Worlds) -> None:
    """Dry it changes nothing; wet it tells new secrets, once."""
    document = {"subscriptions": [one("aa"), one("bb")]}
    dry = await ask("POST", f"{PATH}?dry_run=true", document)
    assert [s["action"] for s in rows(dry.json, "plan")] == ["create", "create"]
    assert dry.json["done"] == []
    assert "bus.dlq.aa" not in worlds.broker.topics
    wet = await ask("POST", PATH, document)
    assert [d["id"] for d in rows(wet.json, "done")] == ["aa", "bb"]
    assert all(str(d["secret"]).startswith("whsec_") for d in rows(wet.json, "done"))
    changed = {"subscriptions": [one("aa", rate=5, headers={"X": "hush"})]}
    got = await ask("POST", f"{PATH}?prune=true", changed)
    steps = rows(got.json, "plan")
    assert [(s["action"], s["id"]) for s in steps] == [
        ("update", "aa"),
        ("remove", "bb"),
    ]
    fields = {str(c["field"]): c["new"] for c in rows(steps[0], "changes")}
    assert fields == {"rate": 5.0, "headers.X": "(hidden)"}
    assert b"hush" not in got.body
    again = await ask("POST", f"{PATH}?prune=true", changed)
    assert [s["action"] for s in rows(again.json, "plan")] == ["unchanged"]


async def test_a_tenant_prunes_its_own(ask: Client) -> None:
    """What belongs to others is neither planned nor touched; its ids are taken."""
    await ask("POST", PATH, {"subscriptions": [one("other-x")]}, by="stranger")
    named = one("ours", owner="acme")  # by an operator, who may choose any id
    await ask("POST", PATH, {"subscriptions": [named]})
    both = {"subscriptions": [one("ours"), one("acme-x")]}
    got = await ask("POST", PATH, both, by="partner")
    assert [s["action"] for s in rows(got.json, "plan")] == ["unchanged", "create"]
    got = await ask("POST", f"{PATH}?prune=true", {"subscriptions": []}, by="partner")
    assert [s["id"] for s in rows(got.json, "plan")] == ["acme-x", "ours"]
    left = await ask("GET", "/v1/subscriptions")
    assert [row["id"] for row in left.rows] == ["other-x"]
    taken = await ask("POST", PATH, {"subscriptions": [one("other-x")]}, by="partner")
    assert taken.status == 422
    assert rows(taken.json, "errors")[0]["pointer"] == "#/subscriptions/0/id"


async def test_a_tenants_document_leaves_the_objective(ask: Client) -> None:
    """What operators have set stands, though the document does not say it."""
    aim = {"success": 0.999, "p95": "2s"}
    mine = {"subscriptions": [one("acme-a", owner="acme", objective=aim)]}
    await ask("POST", PATH, mine)
    plain = {"subscriptions": [one("acme-a")]}
    got = await ask("POST", PATH, plain, by="partner")
    assert [row["action"] for row in rows(got.json, "plan")] == ["unchanged"]
    loose = {"subscriptions": [one("acme-a", objective={"success": 0.9})]}
    refused = await ask("POST", PATH, loose, by="partner")
    assert refused.status == 422
    assert b"#/subscriptions/0/objective" in refused.body


async def test_all_problems_at_once(ask: Client) -> None:
    """Each with its subscription."""
    document = {"subscriptions": [one("aa", retry=["7s"]), one("bb", filter="[")]}
    got = await ask("POST", PATH, document)
    pointers = [fault["pointer"] for fault in rows(got.json, "errors")]
    assert pointers == ["#/subscriptions/0/retry/0", "#/subscriptions/1/filter"]
    document = {"subscriptions": [one("aa"), one("aa"), one("bb", types=["a b"])]}
    got = await ask("POST", PATH, document)
    pointers = [fault["pointer"] for fault in rows(got.json, "errors")]
    assert pointers == ["#/subscriptions/2/types/0", "#/subscriptions/1/id"]


async def resealed(ask: Client, by: str) -> object:
    """What became of sealing anew."""
    begun = await ask("POST", "/v1/subscriptions:reseal", by=by)
    assert begun.status == 202
    await settle()
    got = await ask("GET", begun.headers["Location"], by=by)
    assert got.json["state"] == "done"
    return got.json["result"]


async def test_sealed_anew(worlds: Worlds) -> None:
    """Afterwards the new key alone opens them; a tenant seals its own."""
    async with serving(worlds) as ask:
        for name, owner in (("aa", "acme"), ("bb", "other")):
            made = await ask("POST", "/v1/subscriptions", one(name, owner=owner))
            assert made.status == 201
    worlds.keys = Keys((b"n" * 32, *KEYS.all))
    async with serving(worlds) as ask:
        own = {"resealed": ["aa"], "unreadable": []}
        assert await resealed(ask, "partner") == own
    worlds.keys = Keys((b"n" * 32,))
    async with serving(worlds) as ask:
        assert await resealed(ask, "operator") == {**own, "unreadable": ["bb"]}
        assert await resealed(ask, "partner") == own
