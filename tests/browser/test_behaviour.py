"""What scripts add: live cells, the palette, times, commands to copy."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Tabs
from tests.support.browser import WAIT_MS, Sight, context_of
from tests.support.lively import SHOP, Lively

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_signs_in_and_out_with_the_keyboard_alone(
    browser: Browser, site: Lively
) -> None:
    """The form has the focus; the key is in no address."""
    async with context_of(browser, site.url) as context:
        sight = await Sight.of(context)
        await sight.go(f"{site.url}/ui/subscriptions")
        page = sight.page
        await page.keyboard.type(site.ask.keys.tokens["operator"])
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Subscriptions", timeout=WAIT_MS)
        assert "ob_" not in page.url
        await page.get_by_role("button", name="Sign out").press("Enter")
        await expect(page.locator("h1")).to_have_text("Sign in", timeout=WAIT_MS)
        sight.check()


async def test_every_page_is_reached_by_the_palette(tab: Tabs, site: Lively) -> None:
    """Ctrl+K, some letters, Enter: a page, a search, something to do."""
    sight = await tab()
    await sight.go(f"{site.url}/ui/")
    page = sight.page
    await page.keyboard.press("Control+k")
    await page.keyboard.type("to subscr")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/ui/subscriptions")
    await page.keyboard.press("Control+k")
    await page.keyboard.type(SHOP)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/ui/subscriptions?q={SHOP}")
    await page.get_by_role("link", name=SHOP, exact=True).press("Enter")
    await page.wait_for_url(f"**/ui/subscriptions/{SHOP}")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("pause")
    await page.keyboard.press("Enter")
    await expect(page.locator("[name=reason]")).to_be_focused(timeout=WAIT_MS)
    sight.check()


async def test_the_palette_is_there_for_everybody(tab: Tabs, site: Lively) -> None:
    """As far as axe can tell."""
    sight = await tab()
    await sight.go(f"{site.url}/ui/subscriptions")
    await sight.page.keyboard.press("Control+k")
    await sight.picture("palette")
    await sight.axe()


async def test_figures_change_while_somebody_looks(tab: Tabs, site: Lively) -> None:
    """What has the focus is left alone until it is left; paused, nothing changes."""
    sight = await tab()
    await sight.go(f"{site.url}/ui/subscriptions")
    page = sight.page
    cell = page.locator(r"#live-health\:initech-edi")
    await expect(cell).to_contain_text("healthy", timeout=WAIT_MS)
    await site.say("initech-edi", "failing")
    await site.pass_until(lambda: _says(cell, "failing"))
    live = page.get_by_role("button", name="Live")
    await live.click()
    await expect(page.get_by_role("button", name="Paused")).to_be_visible()
    await site.say("initech-edi", "degraded")
    await site.worlds.clock.advance(3)
    await expect(cell).to_contain_text("failing", timeout=WAIT_MS)
    await page.get_by_role("button", name="Paused").click()
    await site.pass_until(lambda: _says(cell, "degraded"))
    await site.say("initech-edi", "healthy")
    sight.check()


async def _says(cell: object, word: str) -> bool:
    return word in await cell.inner_text()  # type: ignore[attr-defined]


async def test_times_in_the_zone_that_is_chosen(tab: Tabs, site: Lively) -> None:
    """UTC, local (of Berlin here), and how long ago; remembered."""
    sight = await tab()
    await sight.go(f"{site.url}/ui/subscriptions/{SHOP}")
    time = sight.page.locator("tbody time:visible").first
    utc = await time.inner_text()
    assert utc == "2026-11-28 11:59:30 UTC"
    await sight.page.get_by_role("button", name="local").click()
    assert await time.inner_text() == "2026-11-28 12:59:30"
    await sight.page.reload()
    assert await time.inner_text() == "2026-11-28 12:59:30"
    await sight.page.get_by_role("button", name="relative").click()
    assert re.search(r"ago|in ", await time.inner_text())
    await sight.page.get_by_role("button", name="UTC", exact=True).click()
    assert await time.inner_text() == utc
    sight.check()


async def test_filters_apply_as_they_are_typed(tab: Tabs, site: Lively) -> None:
    """The address says so, the field keeps its focus; back goes back."""
    sight = await tab()
    await sight.go(f"{site.url}/ui/subscriptions")
    page = sight.page
    find = page.get_by_role("searchbox", name="Find")
    await find.press_sequentially("globex")
    await page.wait_for_url("**q=globex**")
    await expect(page.locator("tbody tr")).to_have_count(2, timeout=WAIT_MS)
    await expect(find).to_be_focused()
    sight.check()
