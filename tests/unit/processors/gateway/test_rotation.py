"""Secrets of subscriptions, rotated over HTTP: one outcome, told once."""

import asyncio
from typing import cast

from tests.support.gateway import Client
from tests.support.worlds import Worlds
from tests.unit.processors.gateway.test_subscriptions import (
    HUSH,
    NEW,
    PATH,
    made,
    subscription,
)


async def test_rotates_its_secret(ask: Client) -> None:
    """The old one signs until the grace ends; one of one's own is not told again."""
    first = (await made(ask)).json["secret"]
    got = await ask("POST", f"{PATH}/my-shop/rotate-secret", {"grace": "1h"})
    assert got.json["secret"] not in {None, first}
    secrets = cast("list[dict[str, object]]", subscription(got)["secrets"])
    assert [s["expires_at"] is None for s in secrets] == [True, False]
    own = f"whsec_{HUSH}"
    body = {"secret": own, "grace": "0s"}
    given = await ask("POST", f"{PATH}/my-shop/rotate-secret", body)
    assert (given.status, given.json["secret"]) == (200, None)
    again = await ask("POST", f"{PATH}/my-shop/rotate-secret", {"secret": own})
    assert (again.status, again.slug) == (409, "conflict")
    assert HUSH not in str(again.json) + str(given.json)


async def test_one_that_was_given_is_not_told(ask: Client) -> None:
    """Who adds with a secret has it; neither one nor a document tells it again."""
    own = f"whsec_{HUSH}"
    got = await made(ask, secret=own)
    entry = {**NEW, "id": "other-shop", "secret": own}
    applied = await ask("POST", f"{PATH}:apply", {"subscriptions": [entry]})
    assert applied.status == 200
    (done,) = cast("list[dict[str, object]]", applied.json["done"])
    assert (got.json["secret"], done["secret"]) == (None, None)
    assert HUSH not in str(got.json) + str(applied.json)


async def test_of_rotations_at_once_one_is_done(ask: Client, worlds: Worlds) -> None:
    """The others are told so: each of their secrets would end another's at once."""
    await made(ask)
    path = f"{PATH}/my-shop/rotate-secret"
    got = await asyncio.gather(*(ask("POST", path) for _ in range(6)))
    (done,) = (one for one in got if one.status == 200)
    assert {(one.status, one.slug) for one in got if one is not done} == {
        (409, "conflict")
    }
    assert len(cast("list[object]", subscription(done)["secrets"])) == 2
    sure = {"If-Match": done.headers["ETag"]}
    assert (await ask("POST", path, headers=sure)).status == 200
    await worlds.clock.advance(10)
    assert (await ask("POST", path)).status == 200
