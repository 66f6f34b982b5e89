"""Links lead only to pages that whoever looks may see."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
import pytest_asyncio

from bus.access.roles import GRANTS, Role
from processors.web.pages import Page
from processors.web.table import PAGES
from tests.support.browsing import address, visiting
from tests.support.lively import Lively, lively

pytestmark = pytest.mark.asyncio(loop_scope="module")
_LINK = re.compile(r'<a [^>]*?href="/ui([^"?#]*)')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    folder: Path = tmp_path_factory.mktemp("lively")
    async with lively(folder) as served:
        yield served


def led_to(path: str) -> Page | None:
    """The page of a path, the one with the fewest names in it."""
    fitting = [
        page
        for page in PAGES
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", page.path), path)
    ]
    return min(fitting, key=lambda page: page.path.count("{"), default=None)


async def test_figures_of_the_overview_lead_to_their_lists(site: Lively) -> None:
    """What is retried to its topics, a topic of the picture to its page."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/")
        waiting = re.findall(r'href="(/ui/topics\?q=[^"]+)"', seen.text)
        assert waiting == ["/ui/topics?q=.1s", "/ui/topics?q=.5s", "/ui/topics?q=.30s"]
        assert "bus.retry.acme-shop.5s" in (await visitor.get(waiting[1])).text
        assert 'href="/ui/topics/oms.order"' in seen.text


@pytest.mark.parametrize("role", ["reader", "support", "partner"])
async def test_no_link_leads_to_a_refusal(role: str, site: Lively) -> None:
    """Whatever a role may not see, no page of its own sends it to."""
    scopes = GRANTS[Role(role)].scopes
    async with visiting(site, role) as visitor:
        for page in PAGES:
            if page.scope not in scopes:
                continue
            seen = await visitor.get(address(page))
            for path in {unescape(found) for found in _LINK.findall(seen.text)}:
                to = led_to(path or "/")
                assert to is None or to.scope in scopes, f"{page.name}: /ui{path}"
