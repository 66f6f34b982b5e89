"""Secrets of subscriptions, rotated over HTTP: one outcome, told once."""

import asyncio
from typing import cast

from tests.support.gateway import Client
from tests.support.worlds import Worlds
from tests.unit.processors.gateway.test_subscriptions import (
    HUSH,
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
    await ask("POST", f"{PATH}/my-shop/rotate-secret", {"secret": own, "grace": "0s"})
    again = await ask("POST", f"{PATH}/my-shop/rotate-secret", {"secret": own})
    assert (again.status, again.slug) == (409, "conflict")
    assert HUSH not in str(again.json)


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
