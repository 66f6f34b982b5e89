"""Why an order did not reach a partner, and its replay: with the mouse, by keyboard."""

import pytest
from playwright.async_api import Locator, Page

from processors.web.events.one import PAGES
from processors.web.events.order import PAGES as ORDERS
from tests.browser.conftest import Tabs
from tests.support.lively import SHOP, Lively

pytestmark = pytest.mark.asyncio(loop_scope="session")
ORDER = ORDERS[0].example["order"]
EVENT = PAGES[0].example["event"]
MOST_CLICKS = 4


class Mouse:
    """Nothing but a mouse, and how often it was pressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    async def press(self, on: Locator) -> None:
        """Press it once."""
        self.clicks += 1
        await on.click()
        await self.page.wait_for_load_state()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
async def test_from_the_overview_to_the_replay(
    *, scripts: bool, tab: Tabs, site: Lively
) -> None:
    """Four clicks: the partner, the order's attempt, the plan, and yes."""
    sight = await tab(scripts=scripts)
    await sight.go(f"{site.url}/ui/")
    page, mouse = sight.page, Mouse(sight.page)
    await mouse.press(page.locator(f"main a[href$='/{SHOP}']:visible").first)
    row = page.locator("tr", has_text=ORDER).first
    await mouse.press(row.locator("a").first)
    told = await page.locator(".reach").inner_text()
    assert "every attempt failed; 4 attempts" in told
    assert "503 out of order" in told
    await mouse.press(page.get_by_role("link", name=f"Replay to {SHOP}"))
    await mouse.press(page.locator("main button:not([data-copy] *)").first)
    notice = await page.get_by_role("status").first.inner_text()
    assert "has begun" in notice or "done already" in notice
    assert mouse.clicks <= MOST_CLICKS
    sight.check()


async def test_filters_by_keyboard(tab: Tabs, site: Lively) -> None:
    """What is typed is in the address, and can be taken away again."""
    sight = await tab()
    await sight.go(f"{site.url}/ui/events")
    page = sight.page
    await page.get_by_role("searchbox", name="Find").focus()
    await page.keyboard.type(ORDER)
    await page.keyboard.press("Enter")
    chip = page.get_by_role("link", name="remove this filter")
    await chip.first.wait_for()
    assert f"q={ORDER}" in page.url
    await page.wait_for_load_state()  # its scripts take the focus
    await chip.first.press("Enter")
    await page.wait_for_url(lambda url: ORDER not in url)
    sight.check()


async def test_goes_on_with_a_search(tab: Tabs, site: Lively) -> None:
    """What was found stays, what comes next stands below it."""
    sight = await tab()
    await sight.go(f"{site.url}/ui/events/search-payload?text=order_id")
    page = sight.page
    before = await page.locator("main .ref").count()
    await page.get_by_role("link", name="Go on").click()
    await page.wait_for_function(
        "(n) => document.querySelectorAll('main .ref').length >= n"
        " && document.readyState === 'complete'",
        arg=before,
    )
    sight.check()
