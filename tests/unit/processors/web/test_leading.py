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
_TILE = re.compile(r'<div class="tile"><dt>([^<]+)</dt>\s*<dd>(.*?)</dd>', re.DOTALL)
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
        assert 'href="/ui/forecasts?queue=subscription%2Facme-shop"' in seen.text
        for lacks, there in (("orders", "listed"), ("numbers", "100412")):
            to = f"/ui/sources?lacks={lacks}"
            assert f'href="{to}"' in seen.text
            listed = await visitor.get(to)
            assert listed.text.count('<th scope="row">') == 1
            one = re.search(r'href="(/ui/sources/[^"#]+)#', listed.text)
            assert one
            assert there in (await visitor.get(one[1])).text


async def test_a_partner_sees_its_own_backlogs(site: Lively) -> None:
    """And nobody else's."""
    for by, there in (("partner", True), ("stranger", False)):
        async with visiting(site, by) as visitor:
            seen = await visitor.get("/ui/")
        assert ("queue=subscription%2Facme-shop" in seen.text) is there, by


NO_LIST = {
    "Breaker": "a state",
    "Kept": "a setting",
    "Replicas": "a setting",
    "Last heard": "a time",
}
"""Figures of pages that lead nowhere, and why."""


@pytest.mark.parametrize("name", ["overview", "subscription", "source", "topic"])
async def test_every_figure_leads_to_its_list(name: str, site: Lively) -> None:
    """On another page, or to a part of this one that is there."""
    page = next(page for page in PAGES if page.name == name)
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(address(page))
    tiles = _TILE.findall(seen.text)
    assert len(tiles) > 4
    for label, inside in tiles:
        to = re.search(r'<a [^>]*href="([^"]+)"', inside)
        assert (to is None) is (label in NO_LIST), label
        if to and to[1].startswith("#"):
            assert f'id="{to[1][1:]}"' in seen.text, label


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
