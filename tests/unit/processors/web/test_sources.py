"""Pages of sources: who sends, how one is set, what is done with it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import visiting
from tests.support.lively import Lively, lively
from tests.support.lively_intake import SOURCE

ALL = "/ui/sources"
ONE = f"{ALL}/{SOURCE}"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_the_list_is_narrowed_by_its_address(site: Lively) -> None:
    """By words, state and channel; a key sees its own."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ALL)
        assert "4 of 4" in seen.text
        assert "the outlet is closed until spring" in seen.text
        for query in ("q=OUTLET", "state=paused", "channel=woocommerce"):
            narrow = await visitor.get(f"{ALL}?{query}")
            assert "1 of 4" in narrow.text
            assert "initech-woo" in narrow.text
        none = await visitor.get(f"{ALL}?q=luck")
        assert "None of them fits" in none.text
    async with visiting(site, "partner") as visitor:
        own = await visitor.get(ALL)
    assert "1 of 1" in own.text
    assert "globex" not in own.text


async def test_one_shows_settings_and_no_secret(site: Lively) -> None:
    """Of its secret the fingerprint; each action has its command."""
    secret = site.ask.api.sources.table.get(SOURCE).secrets[0].value  # type: ignore[union-attr]  # is there
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ONE)
    assert secret not in seen.text
    for command in ("pause", "update", "rotate-secret", "remove", "show"):
        assert f"bus sources {command} {SOURCE}" in seen.text
    assert f"/ui/intake/orders?source={SOURCE}" in seen.text
    assert f"/ui/rules/effective?channel=shopify&amp;source={SOURCE}" in seen.text


async def test_one_says_how_it_fares(site: Lively) -> None:
    """As the watch has written it: silence, signatures, capture, gaps, drift."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ONE)
        other = await visitor.get(f"{ALL}/umbrella-hook")
    for said in (
        *("degraded</span>", "3 numbers never came", "100412, 100413, 100420"),
        *("1 min 14 s", "8.4 usual in such a time", "61 of 8,100 listed did not come"),
        *("99.25 %", "6 mismatch, 1 stale", "customer.locale</code> of orders/create"),
        *("order.gift_note</code> in 37", "signed with s-0", "it ends"),
        *("140 done, 4 failed", f"bus sources health {SOURCE}"),
    ):
        assert said in seen.text.replace("4 failed, 140 done", "140 done, 4 failed")
    assert "the watch has not looked at it yet" in other.text
    assert "Nothing has been counted of it yet" in other.text


async def test_lists_and_overview_say_who_is_not_well(site: Lively) -> None:
    """Each with why; a partner hears of its own."""
    async with visiting(site, "operator") as visitor:
        ill = await visitor.get(f"{ALL}?health=degraded")
        assert "1 of 4" in ill.text
        assert "3 numbers never came" in ill.text
        overview = await visitor.get("/ui/")
    assert f'<a href="/ui/sources/{SOURCE}">' in overview.text
    assert "1 needs a look" in overview.text
    assert "not known how they are</a></span><strong>1<" in overview.text
    async with visiting(site, "partner") as visitor:
        own = await visitor.get("/ui/")
    assert f'<a href="/ui/sources/{SOURCE}">' in own.text
    assert "umbrella-hook" not in own.text


async def test_what_is_done_to_it(site: Lively) -> None:
    """Paused, resumed, changed, removed: the steps of the API."""
    async with visiting(site, "operator") as visitor:
        done = await visitor.act(f"{ONE}/pause", reason="moved")
        assert "Paused: what is sent meanwhile is 404" in done.text
        done = await visitor.act(f"{ONE}/resume")
        assert "Resumed" in done.text
        done = await visitor.act(
            f"{ONE}/change", title="New", account="A-9", rate="", concurrency="8"
        )
        assert "Changed." in done.text
        assert "any rate" in done.text
        (now,) = re.findall(r'name="version" value="([^"]+)"', done.text)
        newer = {"title": "Newer", "version": now}
        done = await visitor.act(f"{ONE}/change", **newer)
        assert "Changed." in done.text
        late = await visitor.act(f"{ONE}/change", title="Late", version=now)
        assert "changed meanwhile" in late.text
        assert ">Late<" not in late.text
        done = await visitor.act(f"{ONE}/remove", sure="yes")
        assert f"{SOURCE} is removed" in done.text
        assert (await visitor.get(ONE)).status == 404


async def test_a_secret_is_shown_once(site: Lively) -> None:
    """On the page that the form is answered by, and in no address and no cookie."""
    async with visiting(site, "operator") as visitor:
        fields = {"csrf": await visitor.csrf(), "grace": "1h", "sure": "yes"}
        told = await visitor.post(f"{ONE}/rotate-secret", fields)
        assert told.status == 200
        secret = re.search(r'Secret <code class="once"[^>]*>([^<]+)<', told.text)
        assert secret
        assert "Set-Cookie" not in told.headers or secret[1] not in str(told.headers)
        assert secret[1] not in (await visitor.get(ONE)).text
        new = {"csrf": fields["csrf"], "id": "own-hook", "channel": "generic-json"}
        made = await visitor.post(ALL, {**new, "title": "Ours"})
        assert (made.status, "shown this once" in made.text) == (200, True)
        moved = await visitor.post(f"{ALL}/own-hook/rotate-secret", fields)
        assert "Rotated" in moved.text
        again = await visitor.post(ALL, new)
        assert again.status == 303
        assert "exists already" in (await visitor.get(again.headers["Location"])).text
