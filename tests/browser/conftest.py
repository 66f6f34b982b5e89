"""One browser, one bus at which much goes on, for all tests of pages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import missing_browser, running_browser
from tests.support.lively import Lively, lively


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
