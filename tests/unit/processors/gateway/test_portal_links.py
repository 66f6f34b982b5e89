"""Links to the portal over HTTP: who makes one, for whom."""

import pytest

from tests.support.gateway import Client

LINKS = "/v1/portal-links"


async def test_an_operator_makes_one_for_a_tenant(ask: Client) -> None:
    """It says where it leads and until when; the list of keys has it, without it."""
    got = await ask("POST", LINKS, {"tenant": "acme", "expires_in": "2m"})
    assert got.status == 201
    path = str(got.json["path"])
    assert path.startswith("/ui/link#obl_partner_")
    assert (got.json["tenant"], got.json["role"]) == ("acme", "partner")
    listed = await ask("GET", f"/v1/keys/{got.json['id']}", by="partner")
    assert (listed.json["link"], listed.json["actions"]) == ("open", ["revoke"])
    assert path.partition("#")[2][-49:] not in listed.body.decode()
    rotated = await ask("POST", f"/v1/keys/{got.json['id']}/rotate", {})
    assert rotated.status == 422


async def test_a_partner_makes_its_own(ask: Client) -> None:
    """And nobody else's, whether or not there is such a tenant."""
    got = await ask("POST", LINKS, {"role": "reader"}, by="partner")
    assert (got.status, got.json["tenant"]) == (201, "acme")
    foreign = await ask("POST", LINKS, {"tenant": "other"}, by="partner")
    none = await ask("POST", LINKS, {"tenant": "no-such"}, by="partner")
    assert (foreign.status, none.status) == (422, 422)
    assert foreign.json["errors"] == none.json["errors"]


@pytest.mark.parametrize("by", ["support", "reader", "producer"])
async def test_others_make_none(ask: Client, by: str) -> None:
    """They make no keys either."""
    got = await ask("POST", LINKS, {"tenant": "acme"}, by=by)
    assert (got.status, got.slug) == (403, "not-allowed")


@pytest.mark.parametrize(
    "body",
    [{}, {"tenant": "acme", "role": "operator"}, {"tenant": "a", "expires_in": "2d"}],
)
async def test_what_is_no_wish(ask: Client, body: dict[str, str]) -> None:
    """A tenant is needed, operators sign in with keys, and a link waits a day."""
    got = await ask("POST", LINKS, body)
    assert got.status in {403, 422}


async def test_a_link_is_no_key(ask: Client) -> None:
    """The API takes none."""
    got = await ask("POST", LINKS, {"tenant": "acme"})
    token = str(got.json["path"]).partition("#")[2]
    for text in (token, token.replace("obl_", "ob_")):
        headers = {"Authorization": f"Bearer {text}"}
        answer = await ask("GET", "/v1/keys", by=None, headers=headers)
        assert answer.status == 401
        assert token[-49:] not in answer.body.decode()
    assert token[-49:] not in str(ask.observer.notes)
