"""A key's life by the keyboard alone: made, shown once, rotated, revoked."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from bus.access.tokens import TOKEN_PATTERN
from tests.support.browser import WAIT_MS, Sight, context_of
from tests.support.lively import Lively, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_key_by_keyboard(browser: Browser, site: Lively) -> None:
    """Nothing is pressed but keys; each token is there once."""
    cookie = await signed_in(site)
    async with context_of(browser, site.url, cookie) as context:
        sight = await Sight.of(context)
        await sight.go(f"{site.url}/ui/keys")
        first = await _made(sight)
        await _to_the_key(sight.page, first)
        await _done(sight.page, "rotate")
        second = await _token(sight.page)
        assert second != first
        await _to_the_key(sight.page, second)
        await _done(sight.page, "revoke")
        told = sight.page.get_by_role("status").first
        await expect(told).to_contain_text("is revoked", timeout=WAIT_MS)
        sight.check()


async def _made(sight: Sight) -> str:
    """A partner's key, out of the palette; its token."""
    page, press = sight.page, sight.page.keyboard.press
    await press("Control+k")
    await page.keyboard.type("make it")
    await press("Enter")
    await expect(page.locator("[name=role]").last).to_be_focused(timeout=WAIT_MS)
    for text in ("partner", "acme", "30d"):
        await page.keyboard.type(text)
        await press("Tab")
    await press("Enter")
    token = await _token(page)
    await sight.picture("keyMade-light-1440")
    return token


async def _token(page: Page) -> str:
    shown = page.locator(".once")
    await expect(shown).to_have_text(re.compile(TOKEN_PATTERN), timeout=WAIT_MS)
    found = re.search(TOKEN_PATTERN, await shown.inner_text())
    assert found
    return found[0]


async def _to_the_key(page: Page, token: str) -> None:
    """Where the token is not shown any more."""
    await page.get_by_role("link", name="To the key").press("Enter")
    await expect(page.locator("h1")).to_contain_text("Key ", timeout=WAIT_MS)
    assert token not in await page.content()


async def _done(page: Page, step: str) -> None:
    """Open the box, mean it, press its button."""
    form = page.locator(f"form[action$={step}]")
    await page.locator("summary", has_text=step.capitalize()).press("Enter")
    await form.locator("[name=sure]").press("Space")
    await form.locator("button").first.press("Enter")
