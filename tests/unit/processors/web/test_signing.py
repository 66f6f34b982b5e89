"""Signing in and out: what the browser gets, and what ends it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import Visitor, visiting
from tests.support.lively import Lively, lively

HOME = "/ui/subscriptions"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def signed_in(visitor: Visitor) -> bool:
    """Whether a page is shown."""
    return (await visitor.get(HOME)).status == 200


async def test_with_a_key(site: Lively) -> None:
    """On to the page that was asked for; the cookie is out of reach of scripts."""
    token = site.ask.keys.tokens["operator"]
    async with visiting(site) as visitor:
        fields = {"key": f" {token}\n", "next": "/ui/subscriptions?state=paused"}
        done = await visitor.post("/ui/sign-in", fields)
        assert done.status == 303
        assert done.headers["Location"] == "/ui/subscriptions?state=paused"
        cookie = done.headers["Set-Cookie"]
        assert cookie.startswith("orderbus-")
        assert "HttpOnly; SameSite=Lax" in cookie
        assert token not in cookie
        assert await signed_in(visitor)


async def test_never_on_to_somewhere_else(site: Lively) -> None:
    """Whatever a link says."""
    token = site.ask.keys.tokens["operator"]
    async with visiting(site) as visitor:
        for to in ("https://evil.example/", "//evil.example", "/ui/\\evil", "/docs"):
            done = await visitor.post("/ui/sign-in", {"key": token, "next": to})
            assert done.headers["Location"] == "/ui/"


async def test_with_no_key_of_ours(site: Lively) -> None:
    """The form again, which says why and not what was typed; from our page alone."""
    token = site.ask.keys.tokens["operator"]
    async with visiting(site) as visitor:
        seen = await visitor.post("/ui/sign-in", {"key": "ob_operator_hush"})
        assert seen.status == 401
        assert "hush" not in seen.text
        seen.hold_to_the_laws()
        elsewhere = {"Origin": "https://evil.example"}
        for headers in ({"Sec-Fetch-Site": "cross-site"}, elsewhere, {}):
            seen = await visitor.post("/ui/sign-in", {"key": token}, headers)
            assert seen.status == 403
        assert not visitor.cookies
        own = {"Origin": site.url}
        assert (await visitor.post("/ui/sign-in", {"key": token}, own)).status == 303


async def test_out_again(site: Lively) -> None:
    """The browser forgets it."""
    async with visiting(site, "operator") as visitor:
        assert await signed_in(visitor)
        await visitor.post("/ui/sign-out", {})
        assert not visitor.cookies
        assert not await signed_in(visitor)


async def test_ends_with_its_key(site: Lively) -> None:
    """Revoked: signed out at once, and told so."""
    async with visiting(site, "support") as visitor:
        assert await signed_in(visitor)
        (key,) = [k for k in site.ask.api.keys.table.all() if k.role == "support"]
        await site.ask.api.keys.writer.revoke(key.id)
        seen = await visitor.get(HOME)
        assert "ended=true" in seen.headers["Location"]
        assert not visitor.cookies


async def test_ends_unused_and_in_the_end(site: Lively) -> None:
    """An hour without a page, or twelve in all."""
    async with visiting(site, "operator") as visitor:
        for _ in range(12):
            assert await signed_in(visitor)
            await site.worlds.clock.advance(3_590)
        assert await signed_in(visitor)
        await site.worlds.clock.advance(300)
        assert not await signed_in(visitor)
    async with visiting(site, "operator") as visitor:
        await site.worlds.clock.advance(3_601)
        assert not await signed_in(visitor)


async def test_a_cookie_of_somebody_elses_making(site: Lively) -> None:
    """Is none."""
    async with visiting(site, "operator") as visitor:
        (name, value), *_ = visitor.cookies.items()
        for forged in (value[:-4] + "AAA=", "x", "sealed:v1:00000000:AAAA", ""):
            visitor.cookies[name] = forged
            assert not await signed_in(visitor)


async def test_cookies_of_others_keep_nobody_out(site: Lively) -> None:
    """Programs of the same host, or above it, set what no parser of ours reads."""
    async with visiting(site, "operator") as visitor:
        ((name, value),) = visitor.cookies.items()
        for foreign in ("bad[]=1", '"', 'prefs={"a": "b"}', "x=\N{SNOWMAN}"):
            visitor.cookies = {foreign: "", name: value}
            assert await signed_in(visitor), foreign
