"""One browser, one bus at which much goes on, and tabs that stay open, for all tests.

Starting a browser, a bus and a tab costs more than loading a page: a test takes a tab
of whoever looks, and what it has loaded before is in that tab's cache.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import (
    FORMS,
    Sight,
    context_of,
    missing_browser,
    running_browser,
)
from tests.support.lively import Lively, lively, signed_in

Tabs = Callable[..., Awaitable[Sight]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need a browser; where there is none they say so."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium."""
    if why := missing_browser():
        pytest.skip(why)
    async with running_browser() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """The gateway that serves it."""
    if why := missing_browser():
        pytest.skip(why)
    async with lively(tmp_path_factory.mktemp("lively")) as served:
        yield served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tab(browser: Browser, site: Lively) -> AsyncIterator[Tabs]:
    """Opens the tab of a role, or of nobody (`""`), as if nobody had used it."""
    tabs: dict[tuple[str, bool], Sight] = {}
    async with AsyncExitStack() as stack:

        async def of(by: str = "operator", *, scripts: bool = True) -> Sight:
            sight = tabs.get((by, scripts))
            if sight is None:
                cookie = await signed_in(site, by) if by else None
                opened = context_of(browser, site.url, cookie, scripts=scripts)
                sight = await Sight.of(await stack.enter_async_context(opened))
                tabs[by, scripts] = sight
            await sight.become(FORMS[0])
            await sight.page.mouse.move(0, 0)
            return sight

        yield of
