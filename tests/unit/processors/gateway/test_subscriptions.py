"""Subscriptions over HTTP."""

from typing import cast

import pytest

from bus.ports import Answer, NoAnswer, NoAnswerKind
from tests.support.gateway import Client, Got
from tests.support.worlds import Worlds

PATH = "/v1/subscriptions"
HUSH = "aHVzaGh1c2hodXNoaHVzaGh1c2hodXNo"
NEW = {
    "id": "my-shop",
    "url": "https://shop.example/hooks?token=hush",
    "types": ["order.*"],
    "headers": {"Authorization": "Bearer hush"},
}


async def made(ask: Client, by: str = "operator", **fields: object) -> Got:
    """One that was made; a partner's by an operator, who may choose any id."""
    if by == "partner":
        by, fields = "operator", {"owner": "acme", **fields}
    got = await ask("POST", PATH, NEW | fields, by=by)
    assert got.status == 201, got.body
    return got


def subscription(got: Got) -> dict[str, object]:
    """The subscription in an answer."""
    return cast("dict[str, object]", got.json["subscription"])


async def test_is_made_with_its_topics(ask: Client, worlds: Worlds) -> None:
    """The secret is told this once; nothing else that is secret ever is."""
    got = await made(ask, max_age="36h", rate=2.5)
    assert str(got.json["secret"]).startswith("whsec_")
    assert got.headers["Location"] == f"{PATH}/my-shop"
    shown = subscription(got)
    assert (shown["max_age"], shown["rate"], shown["state"]) == ("36h", 2.5, "active")
    assert b"hush" not in got.body
    assert "bus.dlq.my-shop" in worlds.broker.topics
    again = await ask("GET", f"{PATH}/my-shop")
    assert again.json == shown
    assert again.headers["ETag"] == got.headers["ETag"]
    assert "whsec" not in str(again.json)


async def test_is_made_paused(ask: Client) -> None:
    """Where it is to start so; a change cannot say it."""
    got = await made(ask, starts="paused")
    assert subscription(got)["state"] == "paused"
    sure = {"If-Match": got.headers["ETag"]}
    body = {"starts": "active"}
    changed = await ask("PATCH", f"{PATH}/my-shop", body, headers=sure)
    assert changed.status == 422
    resumed = await ask("POST", f"{PATH}/my-shop/resume")
    assert subscription(resumed)["state"] == "active"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"starts": "disabled"}, "#/starts"),
        ({"url": "ftp://x"}, "#/url"),
        ({"url": "https://10.0.0.1/x"}, "#/url"),
        ({"types": []}, "#/types"),
        ({"types": ["order created"]}, "#/types/0"),
        ({"retry": ["7s"]}, "#/retry/0"),
        ({"filter": "data.["}, "#/filter"),
        ({"timeout": "soon"}, "#/timeout"),
        ({"timeout": "10m"}, "#/timeout"),
        ({"headers": {"Host": "x"}}, "#/headers"),
        ({"headers": {"X": {"file": "/etc/passwd"}}}, "#/headers/X"),
        ({"tls": {"ca_file": "/etc/passwd"}}, "#/tls/ca_file"),
        ({"secret_file": "/etc/passwd"}, "#/secret_file"),
        ({"secret": "hush"}, "#/secret"),
        ({"fitler": "x"}, "#/fitler"),
        ({"id": "My Shop"}, "#/id"),
        ({"concurrency": True}, "#/concurrency"),
    ],
)
async def test_what_is_refused(
    ask: Client, worlds: Worlds, fields: dict[str, object], pointer: str
) -> None:
    """With its pointer, without its value; nothing is made, no file is read."""
    got = await ask("POST", PATH, NEW | fields)
    assert (got.status, got.slug) == (422, "invalid")
    faults = cast("list[dict[str, str]]", got.json["errors"])
    assert [f["pointer"] for f in faults] == [pointer]
    assert b"hush" not in got.body
    assert "bus.dlq.my-shop" not in worlds.broker.topics


async def test_an_id_is_taken(ask: Client) -> None:
    """Once; it is free again when it is removed."""
    await made(ask, id="acme-shop", by="partner")
    again = await ask("POST", PATH, NEW | {"id": "acme-shop"}, by="partner")
    assert (again.status, again.slug) == (409, "conflict")


@pytest.mark.parametrize("wanted", ["acme", "acme-shop"])
async def test_a_partners_ids_begin_with_its_name(ask: Client, wanted: str) -> None:
    """So that it never hears of the ids of others."""
    assert (await ask("POST", PATH, NEW | {"id": wanted}, by="partner")).status == 201
    for other in ("other", "acmes", "shop-acme"):
        got = await ask("POST", PATH, NEW | {"id": other}, by="partner")
        assert (got.status, got.slug) == (422, "invalid")
        (fault,) = cast("list[dict[str, str]]", got.json["errors"])
        assert fault["pointer"] == "#/id"
        assert "acme-…" in fault["detail"]


async def test_a_partner_owns_what_it_makes(ask: Client) -> None:
    """It need not say so; others do not see it, operators do."""
    new = NEW | {"id": "acme-shop"}
    got = await ask("POST", PATH, new, by="partner")
    assert subscription(got)["owner"] == "acme"
    for by, seen in (("partner", 1), ("stranger", 0), ("operator", 1)):
        assert len((await ask("GET", PATH, by=by)).rows) == seen


async def test_lists_with_what_may_be_done(ask: Client) -> None:
    """By state and by who asks."""
    for name in ("b-shop", "a-shop", "c-shop"):
        await made(ask, id=name)
    await ask("POST", f"{PATH}/b-shop/pause")
    got = await ask("GET", f"{PATH}?limit=2")
    assert [row["id"] for row in got.rows] == ["a-shop", "b-shop"]
    assert "pause" in cast("list[str]", got.rows[0]["actions"])
    assert "resume" in cast("list[str]", got.rows[1]["actions"])
    rest = await ask("GET", f"{PATH}?limit=2&cursor={got.json['next']}")
    assert [row["id"] for row in rest.rows] == ["c-shop"]
    paused = await ask("GET", f"{PATH}?state=paused", by="reader")
    assert [(r["id"], r["actions"]) for r in paused.rows] == [("b-shop", [])]
    other = await ask("GET", f"{PATH}?state=paused&cursor={got.json['next']}")
    assert other.slug == "bad-cursor"


async def test_changes_name_their_version(ask: Client, worlds: Worlds) -> None:
    """Without one 428, with an old one 412, and nothing is changed."""
    old = (await made(ask)).headers["ETag"]
    none = await ask("PATCH", f"{PATH}/my-shop", {"timeout": "3s"})
    assert (none.status, none.slug) == (428, "precondition-required")
    await worlds.clock.advance(1)
    got = await ask(
        "PATCH", f"{PATH}/my-shop", {"timeout": "3s"}, headers={"If-Match": old}
    )
    assert got.status == 200
    assert subscription(got)["timeout"] == "3s"
    assert got.headers["ETag"] != old
    late = await ask(
        "PATCH", f"{PATH}/my-shop", {"timeout": "4s"}, headers={"If-Match": old}
    )
    assert (late.status, late.slug) == (412, "precondition-failed")
    now = await ask("GET", f"{PATH}/my-shop")
    assert now.json["timeout"] == "3s"


@pytest.mark.parametrize("version", ["x", '"x"', "{}", 'W/"0"'])
async def test_what_is_no_version(ask: Client, version: str) -> None:
    """Of ours; `*` is any."""
    await made(ask)
    path, change = f"{PATH}/my-shop", {"timeout": "3s"}
    got = await ask("PATCH", path, change, headers={"If-Match": version})
    assert (got.status, got.slug) == (400, "bad-request")
    got = await ask("PATCH", path, {"url": None}, headers={"If-Match": "*"})
    assert (got.status, got.slug) == (422, "invalid")
    got = await ask("PATCH", path, change, headers={"If-Match": "*"})
    assert subscription(got)["timeout"] == "3s"


async def test_changes_only_what_is_given(ask: Client) -> None:
    """Headers join, an empty one goes; what may be nothing may be made nothing."""
    first = await made(ask, filter="status == 'created'", rate=5)
    change = {"filter": None, "headers": {"X-Shop": "1", "authorization": ""}}
    got = await ask(
        "PATCH",
        f"{PATH}/my-shop",
        change,
        headers={"If-Match": first.headers["ETag"]},
    )
    shown = subscription(got)
    assert (shown["filter"], shown["rate"]) == (None, 5)
    assert shown["headers"] == {"X-Shop": "(hidden)"}


@pytest.mark.parametrize(
    ("method", "step"),
    [
        ("POST", "/pause"),
        ("POST", "/resume"),
        ("POST", "/rotate-secret"),
        ("POST", "/verify"),
        ("DELETE", ""),
    ],
)
async def test_a_step_may_name_its_version(
    ask: Client, worlds: Worlds, method: str, step: str
) -> None:
    """An old one is 412 and nothing is done; the present one, any or none is taken."""
    old = (await made(ask)).headers["ETag"]
    await worlds.clock.advance(1)
    now = (await ask("POST", f"{PATH}/my-shop/pause", {"reason": "x"})).headers["ETag"]
    path = f"{PATH}/my-shop{step}"
    late = await ask(method, path, headers={"If-Match": old})
    assert (late.status, late.slug) == (412, "precondition-failed")
    stands = await ask("GET", f"{PATH}/my-shop")
    assert stands.headers["ETag"] == now
    no_version = await ask(method, path, headers={"If-Match": "x"})
    assert (no_version.status, no_version.slug) == (400, "bad-request")
    got = await ask(method, path, headers={"If-Match": now})
    assert got.status in {200, 202}


async def test_who_may_trust_an_endpoint(ask: Client) -> None:
    """An operator, at once or later; a partner may not say so."""
    trusting = {"url": "https://elsewhere.example/x", "id": "acme-shop"}
    path = f"{PATH}?trust=true"
    refused = await ask("POST", path, NEW | trusting, by="partner")
    assert (refused.status, refused.slug) == (403, "not-allowed")
    got = await ask("POST", path, NEW | trusting)
    assert subscription(got)["unproven"] is False
    headers = {"If-Match": "*"}
    path = f"{PATH}/acme-shop?trust=true"
    got = await ask("PATCH", path, {"rate": 5}, headers=headers)
    assert got.status == 200


async def test_pause_and_resume(ask: Client) -> None:
    """With a reason for others to read."""
    await made(ask)
    got = await ask("POST", f"{PATH}/my-shop/pause", {"reason": "their release"})
    shown = subscription(got)
    assert (shown["state"], shown["state_reason"]) == ("paused", "their release")
    got = await ask("POST", f"{PATH}/my-shop/resume")
    assert subscription(got)["state"] == "active"


@pytest.mark.parametrize("reason", ["two\u2028lines", "zero\u200bwidth", "\x85"])
async def test_a_reason_is_one_line(ask: Client, reason: str) -> None:
    """Or the subscription could not be read again, by anybody, for ever."""
    await made(ask)
    got = await ask("POST", f"{PATH}/my-shop/pause", {"reason": reason})
    assert (got.status, got.slug) == (422, "invalid")
    assert (await ask("GET", f"{PATH}/my-shop")).json["state"] == "active"


async def test_sends_a_test_event(ask: Client, worlds: Worlds) -> None:
    """Whatever the endpoint says is told; what is secret in it is hidden."""
    await made(ask)
    got = await ask("POST", f"{PATH}/my-shop/test", {"type": "order.created"})
    assert (got.json["outcome"], got.json["status"]) == ("accepted", 200)
    assert b"hush" not in got.body
    worlds.sender.reply = Answer(500, excerpt="no\x1b[31m")
    got = await ask("POST", f"{PATH}/my-shop/test")
    assert (got.json["outcome"], got.json["excerpt"]) == ("failed", "no\x1b[31m")
    worlds.sender.reply = NoAnswer(NoAnswerKind.TIMEOUT, "no answer in time")
    got = await ask("POST", f"{PATH}/my-shop/test")
    assert (got.json["outcome"], got.json["kind"]) == ("unreachable", "timeout")
    got = await ask("POST", f"{PATH}/my-shop/test", {"type": "order.nothing"})
    assert got.status == 422


async def test_is_removed_by_a_job(ask: Client, worlds: Worlds) -> None:
    """Whose progress its owner can look at; then the id is free again."""
    await made(ask, by="partner")
    got = await ask("DELETE", f"{PATH}/my-shop", by="partner")
    assert got.status == 202
    where = got.headers["Location"]
    assert (await ask("GET", where, by="stranger")).status == 404
    while (job := await ask("GET", where, by="partner")).json["state"] == "running":
        await worlds.clock.advance(1)
    assert job.json["state"] == "done"
    assert (await ask("GET", f"{PATH}/my-shop")).status == 404
    assert "bus.dlq.my-shop" not in worlds.broker.topics
    assert [r["id"] for r in (await ask("GET", "/v1/jobs")).rows] == [job.json["id"]]
    await made(ask)


async def test_what_is_done_is_written_down(ask: Client, worlds: Worlds) -> None:
    """By which key, from where; what was refused or changed nothing is not there."""
    tag = (await made(ask)).headers["ETag"]
    await ask("POST", f"{PATH}/my-shop/pause", {"reason": "move"})
    await ask("POST", f"{PATH}/my-shop/pause", {"reason": "move"})
    await ask("PATCH", f"{PATH}/my-shop", {"rate": 3}, headers={"If-Match": tag})
    told = [one for one in worlds.audited() if one.entity == "subscription"]
    first, second = told
    assert (first.action, first.entity_id) == ("add", "my-shop")
    assert (second.action, second.after) == (
        "pause",
        {"state": "paused", "state_reason": "move"},
    )
    assert ask.keys.access.table.get(second.actor)
    assert second.address == "127.0.0.1"
    assert "hush" not in str((first, second))
