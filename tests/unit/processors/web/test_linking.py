"""Signing in by a link: once, never by loading it, and gone with what made it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import Seen, Visitor, visiting
from tests.support.lively import SHOP, Lively, lively

PAGE, HOME = "/ui/link", "/ui/subscriptions"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def made(site: Lively, by: str = "operator") -> tuple[str, str]:
    """A link of acme: the id of its key, and its path with the token."""
    got = await site.ask("POST", "/v1/portal-links", {"tenant": "acme"}, by=by)
    assert got.status == 201
    return str(got.json["id"]), str(got.json["path"])


async def use(visitor: Visitor, path: str, **more: str) -> Seen:
    """Do what the page's form does."""
    return await visitor.post(PAGE, {"link": path.partition("#")[2], **more})


async def test_signs_in_once(site: Lively) -> None:
    """Loading the page uses nothing up; afterwards it shows the tenant's own."""
    _, path = await made(site)
    async with visiting(site) as scanner:
        for _ in range(3):
            (await scanner.get(PAGE)).hold_to_the_laws()
        assert not scanner.cookies
    async with visiting(site) as visitor:
        seen = await use(visitor, path, next=f"{HOME}?state=active")
        assert (seen.status, seen.headers["Location"]) == (303, f"{HOME}?state=active")
        listed = await visitor.get(HOME)
        assert SHOP in listed.text
        assert "globex" not in listed.text
    async with visiting(site) as late:
        seen = await use(late, path)
        assert seen.status == 401
        assert "used already" in seen.text
        seen.hold_to_the_laws()
        assert not late.cookies


async def test_nothing_of_it_is_told(site: Lively) -> None:
    """Not in the log, the cookie, an address, or the answer to a form that is wrong."""
    _, path = await made(site)
    secret = path[-49:]
    async with visiting(site) as visitor:
        wrong = await use(visitor, f"{path}x")
        assert wrong.status == 401
        done = await use(visitor, path)
        shown = str([*done.headers.items(), *visitor.cookies.items()]) + wrong.text
    assert secret not in shown
    assert secret not in str(site.ask.observer.notes)


async def test_takes_a_whole_link_that_was_pasted(site: Lively) -> None:
    """Without scripts somebody puts it there."""
    _, path = await made(site)
    async with visiting(site) as visitor:
        fields = {"link": f" {site.url}{path}\n"}
        assert (await visitor.post(PAGE, fields)).status == 303
        assert (await visitor.get(HOME)).status == 200


async def test_from_our_own_page_alone(site: Lively) -> None:
    """Nobody is signed in by a form from elsewhere, and the link is not used up."""
    _, path = await made(site)
    async with visiting(site) as visitor:
        fields = {"link": path.partition("#")[2]}
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        assert (await visitor.post(PAGE, fields, elsewhere)).status == 403
        assert (await use(visitor, path)).status == 303


async def test_ends_with_its_key_or_its_makers(site: Lively) -> None:
    """At once, and everywhere."""
    keys = site.ask.api.keys
    for of_maker in (False, True):
        key_id, path = await made(site, "partner")
        async with visiting(site) as visitor:
            await use(visitor, path)
            assert (await visitor.get(HOME)).status == 200
            found = keys.table.get(key_id)
            assert found is not None
            assert found.link is not None
            await keys.writer.revoke(found.link.maker if of_maker else key_id)
            seen = await visitor.get(HOME)
            assert "ended=true" in seen.headers["Location"]


async def test_makes_no_key_that_outlives_it(site: Lively) -> None:
    """Its session is a key's like any other, and ends."""
    key_id, path = await made(site)
    async with visiting(site) as visitor:
        await use(visitor, path)
        key = site.ask.api.keys.table.get(key_id)
        assert key is not None
        assert key.expires_at is not None
        await site.worlds.clock.advance(43_201)
        assert (await visitor.get(HOME)).status == 303
