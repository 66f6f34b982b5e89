"""A bus on which nothing has happened yet: pages say what makes something."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from processors.web.pages import Page
from processors.web.table import PAGES
from tests.support.browsing import address, visiting
from tests.support.gateway import serving
from tests.support.lively import Lively
from tests.support.worlds import Worlds

pytestmark = pytest.mark.asyncio(loop_scope="module")
_NONE = re.compile(r'<(\w+) class="none"[^>]*>(.*?)</\1>', re.DOTALL)
_GOES_ON = re.compile(r"<code>|<a |: \w")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Lively]:
    """No subscriptions, no events, no watch."""
    worlds = Worlds()
    async with serving(worlds) as ask:
        yield Lively(ask, worlds, [])


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.nav], ids=lambda page: page.name
)
async def test_says_what_to_do_next(page: Page, site: Lively) -> None:
    """By a command, a link, or why it is well that there is nothing."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(address(page))
    assert seen.status == 200
    seen.hold_to_the_laws()
    for _, said in _NONE.findall(seen.text):
        assert _GOES_ON.search(said), said
