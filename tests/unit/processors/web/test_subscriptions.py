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


async def test_a_partner_makes_an_endpoint_of_its_own(site: Lively) -> None:
    """Its secret is shown once; it belongs to the partner, whatever the form says."""
    async with visiting(site, "partner") as visitor:
        fields = {
            "csrf": await visitor.csrf(),
            "id": "acme-new",
            "url": "https://acme.example/new",
            "types": "order.*, payment.captured",
        }
        made = await visitor.post("/ui/subscriptions", fields)
        assert made.status == 200
        made.hold_to_the_laws()
        assert "whsec_" in made.text
        assert "order.*, payment.captured" in made.text
        assert "whsec_" not in (await visitor.get("/ui/subscriptions/acme-new")).text
        twice = await visitor.act("/ui/subscriptions", **fields)
        assert "notice bad" in twice.text
        foreign = await visitor.act("/ui/subscriptions", **{**fields, "id": "globex-x"})
        assert "notice bad" in foreign.text
    stands = site.ask.api.world.table.get("acme-new")
    assert stands is not None
    assert stands.owner == "acme"


async def test_what_people_change_of_one(site: Lively) -> None:
    """What is left empty stays, or means none; what is wrong is said and not done."""
    to = "/ui/subscriptions/acme-shop"
    fields = {
        "types": "order.created order.cancelled",
        "filter": "data.total > `5`",
        "rate": "7.5",
        "concurrency": "9",
        "timeout": "4s",
    }
    async with visiting(site, "partner") as visitor:
        before = await visitor.get(to)
        done = await visitor.act(f"{to}/change", **fields)
        assert "Changed." in done.text
        assert "data.total &gt; `5`" in done.text
        assert "order.created, order.cancelled" in done.text
        wrong = await visitor.act(f"{to}/change", **{**fields, "filter": "data.["})
        assert "notice bad" in wrong.text
        none = await visitor.act(f"{to}/change", **{**fields, "filter": "", "rate": ""})
        assert "<dt>filter</dt>" not in none.text
        assert "<dt>rate</dt>" not in none.text
        (old,) = re.findall(r'name="version" value="([^"]+)"', before.text)
        late = await visitor.act(f"{to}/change", **fields, version=old)
        assert "changed meanwhile" in late.text
        assert "<dt>rate</dt>" not in late.text
        (now,) = re.findall(r'name="version" value="([^"]+)"', late.text)
        done = await visitor.act(f"{to}/change", **fields, version=now)
        assert "Changed." in done.text
    assert "Change …" in before.text


async def test_an_endpoint_that_has_yet_to_say_so_is_asked(site: Lively) -> None:
    """The page says that events wait, and asks again."""
    unproven = {"unproven": True}
    await site.ask.api.world.writer.update(
        "acme-shop", lambda one: one.model_copy(update=unproven)
    )
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get("/ui/subscriptions/acme-shop")
        assert "Its events wait until its endpoint says" in seen.text
        asked = await visitor.act("/ui/subscriptions/acme-shop/verify")
    assert "notice" in asked.text
