"""Keys over HTTP."""

from typing import cast

import pytest

from tests.support.gateway import Client

PATH = "/v1/keys"


async def test_made_used_rotated_revoked(ask: Client) -> None:
    """The token is told once; what it may do ends with it."""
    made = await ask("POST", PATH, {"role": "partner", "tenant": "shop"})
    assert made.status == 201
    token = str(made.json["token"])
    key = cast("dict[str, object]", made.json["key"])
    ask.keys.tokens["new"] = token
    assert (await ask("GET", "/v1/subscriptions", by="new")).status == 200
    listed = await ask("GET", PATH)
    assert token[-40:].encode() not in listed.body
    rotated = await ask("POST", f"{PATH}/{key['id']}/rotate", {"overlap": "0s"})
    assert (await ask("GET", "/v1/subscriptions", by="new")).status == 401
    ask.keys.tokens["new"] = str(rotated.json["token"])
    assert (await ask("GET", "/v1/subscriptions", by="new")).status == 200
    revoked = await ask("POST", f"{PATH}/{key['id']}/revoke")
    assert (revoked.json["state"], revoked.json["actions"]) == ("revoked", [])
    gone = await ask("GET", "/v1/subscriptions", by="new")
    assert (gone.status, gone.slug) == (401, "not-authenticated")


@pytest.mark.parametrize("role", ["operator", "support"])
async def test_nobody_makes_more_than_he_is(ask: Client, role: str) -> None:
    """A partner makes keys of its tenant, need not name it, and none of the bus's."""
    got = await ask("POST", PATH, {"role": role}, by="partner")
    assert got.status in {403, 422}  # support keys never have a tenant
    for said in ({}, {"tenant": "acme"}):
        made = await ask("POST", PATH, {"role": "partner", **said}, by="partner")
        assert cast("dict[str, object]", made.json["key"])["tenant"] == "acme"
    rows = (await ask("GET", PATH, by="partner")).rows
    assert {row["tenant"] for row in rows} == {"acme"}
    wrong = await ask("POST", PATH, {"role": "partner"})
    assert (wrong.status, wrong.slug) == (422, "invalid")


async def test_no_key_makes_one_that_outlives_it(ask: Client) -> None:
    """Neither made nor rotated: what ends gives no token that counts longer."""
    brief = await ask("POST", PATH, {"role": "operator", "expires_in": "2d"})
    ask.keys.tokens["brief"] = str(brief.json["token"])
    reader: dict[str, object] = {"role": "reader"}
    for wish in (reader, reader | {"expires_in": "3d"}):
        got = await ask("POST", PATH, wish, by="brief")
        assert (got.status, got.slug) == (422, "invalid")
        (fault,) = cast("list[dict[str, str]]", got.json["errors"])
        assert fault["pointer"] == "#/expires_in"
        assert "this key ends at" in fault["detail"]
    made = await ask("POST", PATH, reader | {"expires_in": "1d"}, by="brief")
    assert made.status == 201
    rows = (await ask("GET", PATH, by="brief")).rows
    lasting = [row for row in rows if row["expires_at"] is None]
    assert lasting
    assert all(row["actions"] == ["revoke"] for row in lasting)
    got = await ask("POST", f"{PATH}/{lasting[0]['id']}/rotate", by="brief")
    assert (got.status, got.slug) == (422, "invalid")
    own = cast("dict[str, str]", brief.json["key"])["id"]
    assert (await ask("POST", f"{PATH}/{own}/rotate", by="brief")).status == 200
