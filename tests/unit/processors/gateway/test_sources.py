"""Sources over HTTP: what commands do, for whoever may, secrets told once."""

from typing import cast

from tests.support.gateway import Client, Got

PATH = "/v1/sources"
ONE = f"{PATH}/shop-eu"
NEW = {"id": "shop-eu", "channel": "shopify", "title": "The shop", "rate": 50}


def listed(got: Got, name: str) -> list[dict[str, object]]:
    """A list in an answer."""
    return cast("list[dict[str, object]]", got.json[name])


def source(got: Got) -> dict[str, object]:
    """The source in an answer."""
    return cast("dict[str, object]", got.json["source"])


async def test_a_source_from_its_making_to_its_end(ask: Client) -> None:
    """Made, listed, shown, changed, paused, rotated, removed."""
    made = await ask("POST", PATH, NEW)
    assert made.status == 201
    assert made.headers["Location"] == ONE
    secret = made.json["secret"]
    assert isinstance(secret, str)
    assert [row["id"] for row in (await ask("GET", PATH)).rows] == ["shop-eu"]
    got = await ask("GET", ONE)
    assert secret not in got.body.decode()
    assert got.json["path"] == "/in/shop-eu"

    change = {"rate": 20, "labels": {"team": "web"}, "max_body": 1000}
    etag = {"If-Match": got.headers["ETag"]}
    changed = await ask("PATCH", ONE, change, headers=etag)
    assert source(changed)["rate"] == 20
    again = await ask("PATCH", ONE, change, headers=etag)
    assert again.status == 412

    assert (await ask("POST", f"{ONE}/pause", {"reason": "x"})).status == 200
    paused = await ask("GET", f"{PATH}?state=paused")
    assert [row["state"] for row in paused.rows] == ["paused"]
    assert (await ask("POST", f"{ONE}/resume")).status == 200

    rotated = await ask("POST", f"{ONE}/rotate-secret", {"grace": "1h"})
    assert rotated.json["secret"] not in {None, secret}
    theirs = await ask("POST", f"{ONE}/rotate-secret", {"secret": "their-own-one"})
    assert theirs.json["secret"] is None

    gone = await ask("DELETE", f"{ONE}?purge=true")
    assert gone.json["deleted_topics"] == ["intake.raw.shop-eu"]
    assert (await ask("GET", ONE)).status == 404


async def test_a_secret_address_is_told_once(ask: Client) -> None:
    """With its path; lists leave it out."""
    made = await ask("POST", PATH, {"id": "edi", "channel": "x12"})
    path = str(made.json["path"])
    assert path.startswith("/in/edi/")
    shown = (await ask("GET", f"{PATH}/edi")).json
    assert shown["path"] == "/in/edi/…"
    assert shown["has_path_secret"] is True


async def test_what_does_not_fit_is_refused(ask: Client) -> None:
    """With the place in the body; an id that is taken is 409."""
    assert (await ask("POST", PATH, NEW)).status == 201
    assert (await ask("POST", PATH, NEW)).status == 409
    for body, pointer in (
        ({"id": "a1", "channel": "nope"}, "#/channel"),
        ({"id": "a1", "channel": "csv", "settings": {"x": "1"}}, "#/settings/x"),
        ({"id": "a1", "channel": "shopify", "secret": "short"}, "#/secret"),
    ):
        got = await ask("POST", PATH, body)
        assert (got.status, got.slug) == (422, "invalid")
        (fault,) = listed(got, "errors")
        assert fault["pointer"] == pointer


async def test_tenants_set_nothing_that_reaches_inside(ask: Client) -> None:
    """No host to fetch from; ids begin with their name."""
    mine = {"id": "acme-shop", "channel": "shopify"}
    made = await ask("POST", PATH, mine, by="partner")
    assert source(made)["owner"] == "acme"
    for more in ({"fetch": {"hosts": ["169.254.169.254"]}},):
        other = {**mine, "id": "acme-two", **more}
        assert (await ask("POST", PATH, other, by="partner")).status == 422
        etag = {"If-Match": (await ask("GET", f"{PATH}/acme-shop")).headers["ETag"]}
        changed = await ask(
            "PATCH", f"{PATH}/acme-shop", more, by="partner", headers=etag
        )
        assert changed.status == 422
    assert (await ask("POST", PATH, NEW, by="partner")).status == 422
    assert (await ask("GET", PATH, by="stranger")).rows == []


async def test_all_of_them_from_a_document(ask: Client) -> None:
    """The difference first; then what it says, twice the same."""
    wanted = {"sources": [NEW, {"id": "edi", "channel": "x12"}]}
    dry = await ask("POST", f"{PATH}:apply?dry_run=true", wanted)
    actions = [step["action"] for step in listed(dry, "plan")]
    assert actions == ["create", "create"]
    assert dry.json["done"] == []
    done = await ask("POST", f"{PATH}:apply", wanted)
    first, second = listed(done, "done")
    assert first["secret"]
    assert second["path"]
    again = await ask("POST", f"{PATH}:apply?prune=true", {"sources": [NEW]})
    actions = [step["action"] for step in listed(again, "plan")]
    assert actions == ["unchanged", "remove"]
    wrong = {"sources": [NEW, {"id": "b1", "channel": "nope"}]}
    refused = await ask("POST", f"{PATH}:apply", wrong)
    (fault,) = listed(refused, "errors")
    assert fault["pointer"] == "#/sources/1/channel"
