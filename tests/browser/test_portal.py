"""The portal in a page of a partner's house: framed where settings allow it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, expect

from processors.web.site import Around
from tests.support.browser import WAIT_MS, Sight, context_of
from tests.support.lively import SHOP, Lively, lively

pytestmark = pytest.mark.asyncio(loop_scope="session")


class House:
    """A site of somebody else's, with one page that shows another one in a frame."""

    def __init__(self) -> None:
        self.port = 0
        self.shows = ""

    async def page(self, request: web.Request) -> web.Response:
        """Answer with the page."""
        del request
        icon = '<title>House</title><link rel="icon" href="data:,">'
        text = f'{icon}<iframe src="{self.shows}" width="1000" height="700"></iframe>'
        return web.Response(text=text, content_type="text/html")


@asynccontextmanager
async def standing() -> AsyncIterator[House]:
    """Serve it on loopback."""
    house = House()
    app = web.Application()
    app.router.add_get("/", house.page)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        house.port = runner.addresses[0][1]
        yield house
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[House]:
    """Where the portal is to be seen."""
    async with standing() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lively]:
    """A bus whose settings let this one origin frame it."""
    around = Around(ancestors=(f"http://127.0.0.1:{house.port}",))
    folder = tmp_path_factory.mktemp("framed")
    async with lively(folder, around=around) as served:
        yield served


async def link(site: Lively) -> str:
    """A sign-in link of acme."""
    got = await site.ask("POST", "/v1/portal-links", {"tenant": "acme"}, by="operator")
    return f"{site.url}{got.json['path']}"


async def test_a_partner_comes_in_by_a_link_within_a_frame(
    browser: Browser, site: Lively, house: House
) -> None:
    """Once: a page of the house shows its own endpoints; the link is used up then."""
    house.shows = await link(site)
    async with context_of(browser, site.url) as context:
        sight = await Sight.of(context)
        await sight.page.goto(f"http://127.0.0.1:{house.port}/")
        frame = sight.page.frame_locator("iframe")
        await frame.get_by_role("link", name="Subscriptions").first.click()
        await expect(frame.locator("h1")).to_have_text("Subscriptions", timeout=WAIT_MS)
        await frame.get_by_role("link", name=SHOP, exact=True).first.click()
        await expect(frame.locator("h1")).to_have_text(SHOP, timeout=WAIT_MS)
        await expect(frame.locator("body")).not_to_contain_text("globex")
        # htmx logs the error event of a stream that the browser ends with its page;
        # hanging up on pagehide comes too late.
        assert [one for one in sight.wrong if "[object Event]" not in one] == []
    async with context_of(browser, site.url) as context:
        late = await Sight.of(context)
        await late.page.goto(house.shows)
        await late.page.get_by_role("button", name="Go on").click()
        await expect(late.page.locator("[role=alert]")).to_contain_text("used already")


async def test_nobody_else_frames_it(
    browser: Browser, site: Lively, house: House
) -> None:
    """The same page under another name is another origin: the browser shows nothing."""
    house.shows = f"{site.url}/ui/sign-in"
    async with context_of(browser, site.url) as context:
        page = await context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        await page.goto(f"http://localhost:{house.port}/")
        assert "frame-ancestors" in " ".join(said)
        assert await page.frame_locator("iframe").locator("form").count() == 0
        await page.goto(f"http://127.0.0.1:{house.port}/")
        form = page.frame_locator("iframe").locator("form")
        await expect(form.first).to_be_visible(timeout=WAIT_MS)
