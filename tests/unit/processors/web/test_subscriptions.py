"""Pages of subscriptions: order, filters, what can be done."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.browsing import Seen, visiting
from tests.support.lively import NAMES, SHOP, Lively, lively

ALL = "/ui/subscriptions"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


def names(seen: Seen) -> list[str]:
    """The subscriptions of a table, in its order."""
    return re.findall(
        r'<th scope="row"><a href="/ui/subscriptions/([^"]+)">', seen.text
    )


async def test_lists_sorts_and_filters(site: Lively) -> None:
    """The URL says how; what is not known comes last."""
    async with visiting(site, "operator") as visitor:
        assert names(await visitor.get(ALL)) == sorted(NAMES)
        assert names(await visitor.get(f"{ALL}?sort=-id"))[0] == "wonka-pim"
        by_dead = names(await visitor.get(f"{ALL}?sort=dead"))
        assert by_dead[:2] == [SHOP, "hooli-market"]
        assert names(await visitor.get(f"{ALL}?sort=health"))[0] == SHOP
        paused = await visitor.get(f"{ALL}?state=paused")
        assert names(paused) == ["acme-erp"]
        assert names(await visitor.get(f"{ALL}?q=ACME&health=failing")) == [SHOP]
        assert "None of them fits" in (await visitor.get(f"{ALL}?q=nothing")).text


@pytest.mark.parametrize("sort", ["id", "-id", "rate", "-p95", "health", "breaker"])
async def test_pages_leave_nothing_out(sort: str, site: Lively) -> None:
    """Nor show anything twice."""
    async with visiting(site, "operator") as visitor:
        to, found = f"{ALL}?sort={sort}&limit=5", []
        while to:
            seen = await visitor.get(to)
            found += names(seen)
            link = re.search(r'rel="next" href="([^"]+)"', seen.text)
            to = link[1].replace("&amp;", "&") if link else ""
    assert sorted(found) == sorted(NAMES)


async def test_a_partner_sees_its_own(site: Lively) -> None:
    """In the list, and how it fares."""
    async with visiting(site, "partner") as visitor:
        assert names(await visitor.get(ALL)) == ["acme-erp", SHOP]
        seen = await visitor.get(f"{ALL}/{SHOP}")
    assert "503 Service Unavailable" in seen.text
    assert "whsec" not in seen.text
    assert "hush" not in seen.text


async def test_pauses_and_resumes(site: Lively) -> None:
    """What its state allows is offered; what came of it is told once."""
    one = f"{ALL}/{SHOP}"
    async with visiting(site, "operator") as visitor:
        seen = await visitor.act(f"{one}/pause", reason="their <b>weekend</b>")
        assert "Paused: its deliveries wait" in seen.text
        assert "their &lt;b&gt;weekend" in seen.text
        assert f'action="{one}/resume"' in seen.text
        assert f'action="{one}/pause"' not in seen.text
        assert f"bus subscriptions resume {SHOP}" in seen.text
        assert "Paused: its" not in (await visitor.get(one)).text
        refused = await visitor.act(f"{ALL}/wonka-pim/pause")
        assert 'class="notice bad"' in refused.text
        seen = await visitor.act(f"{one}/resume")
        assert "Resumed" in seen.text
    last = site.worlds.audited()[-1]
    assert last.action == "resume"
    assert last.actor == site.ask.keys.tokens["operator"].split("_")[2]


async def test_tests_and_removes(site: Lively) -> None:
    """A test says what came of it; a removal has to be meant."""
    one = f"{ALL}/initech-edi"
    async with visiting(site, "operator") as visitor:
        seen = await visitor.act(f"{one}/test", type="")
        assert "Test event order." in seen.text
        assert "accepted (200" in seen.text
        seen = await visitor.post(f"{one}/remove", {"csrf": await visitor.csrf()})
        assert (seen.status, "sure" in seen.text) == (422, True)
        seen = await visitor.act(f"{one}/remove", sure="yes")
        assert "initech-edi is being removed" in seen.text
