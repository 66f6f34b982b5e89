"""Pages of events: what is found, how far it came, and who may read what is in it."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from processors.web.events.one import PAGES
from processors.web.events.order import PAGES as ORDERS
from tests.support.browsing import Visitor, visiting
from tests.support.lively import SHOP, Lively, lively

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVENT = f"/ui/events/{PAGES[0].example['event']}"
ORDER = f"/ui/orders/{ORDERS[0].example['order']}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path_factory.mktemp("events")) as served:
        yield served


async def found(visitor: Visitor, asked: str) -> list[str]:
    """The ids of a list, from its first page to its last."""
    to, ids = f"/ui/events?{asked}", list[str]()
    while to:
        seen = await visitor.get(to)
        assert seen.status == 200, seen.text
        ids += re.findall(r'class="ref" href="/ui/events/([^"]+)"', seen.text)
        link = re.search(r'rel="next" href="([^"]+)"', seen.text)
        to = link[1].replace("&amp;", "&") if link else ""
    return ids


async def test_finds_by_every_id_and_filter(site: Lively) -> None:
    """One field for ids; the rest narrows; each is in the list once."""
    event, _ = site.events[0]
    async with visiting(site, "operator") as visitor:
        assert await found(visitor, f"q={event.webhook_id}") == [event.webhook_id]
        of_order = await found(visitor, f"q={event.subject}&limit=3")
        whole = [e.webhook_id for e, _ in site.events if e.subject == event.subject]
        assert sorted(of_order) == sorted(whole)
        assert await found(visitor, f"q={event.subject}&type=order.created") == [
            event.webhook_id
        ]
        assert await found(visitor, "q=nothing") == []
        assert len(await found(visitor, "since=5m")) == 10
        story = await found(visitor, "since=5m&outcome=unreachable&status=none")
        assert story == [PAGES[0].example["event"]]
        assert await found(visitor, "since=5m&subscription=soylent-tax") == []
        assert await found(visitor, "channel=nobodys") == []


async def test_what_is_filtered_can_be_taken_away(site: Lively) -> None:
    """A chip a filter, which leads to the list without it."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/events?type=order.*&since=5m")
        assert 'href="/ui/events?since=5m"' in seen.text
        assert 'href="/ui/events?type=order.%2A"' in seen.text
        attempts = await visitor.get(f"/ui/attempts?subscription={SHOP}&outcome=failed")
        assert f'href="/ui/attempts?subscription={SHOP}"' in attempts.text
        assert "#to-acme-shop" in attempts.text
        assert (await visitor.get("/ui/events?since=soon")).status == 400


async def test_an_event_says_how_far_it_came(site: Lively) -> None:
    """The facts in words first; why the others have not got it; every attempt."""
    async with visiting(site, "operator") as visitor:
        text = (await visitor.get(EVENT)).text
    assert "Reached 2 of 5." in text
    assert "waits for attempt 3 until" in text
    assert "every attempt failed; 4 attempts" in text
    assert "timeout: no answer in 10 s" in text
    assert "wants it, and is disabled: the endpoint answered 410 Gone" in text
    assert "is being removed" in text
    assert "0af7651916cd43dd8448eb211c80319c" in text


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("json", "&#34;order_id&#34;: &#34;SO-"),
        ("xml", "&lt;order_id&gt;SO-"),
        ("cloudevents", "&#34;specversion&#34;: &#34;1.0&#34;"),
        ("avro", "&#34;occurred_at&#34;"),
    ],
)
async def test_content_in_every_form(form: str, part: str, site: Lively) -> None:
    """A link each, and the command that prints the same."""
    async with visiting(site, "operator") as visitor:
        text = (await visitor.get(f"{EVENT}?form={form}")).text
    assert part in text
    assert "bus events show oms.order/" in text
    assert "version 2" in text


async def test_an_order_is_all_its_deliveries(site: Lively) -> None:
    """Of all subscriptions, or of one."""
    async with visiting(site, "operator") as visitor:
        text = (await visitor.get(ORDER)).text
        assert "Reached 7 of 10." in text
        assert "order.created" in text
        one = (await visitor.get(f"{ORDER}?subscription=globex-bi")).text
    assert "Reached 2 of 2." in one
    assert "Everybody it was sent to has it." in one


@pytest.mark.parametrize("by", ["reader", "partner"])
async def test_content_is_for_those_who_may(by: str, site: Lively) -> None:
    """Others see the rest of the page, and why."""
    async with visiting(site, by) as visitor:
        text = (await visitor.get(EVENT)).text
        denied = await visitor.get("/ui/events?channel=web")
    assert "This key may not read the content of events." in text
    assert "Sof" not in text
    assert denied.status == 403


async def test_a_partner_sees_its_own_deliveries(site: Lively) -> None:
    """Nobody else's, not by name, not by count."""
    async with visiting(site, "partner") as visitor:
        text = (await visitor.get(EVENT)).text
        order = (await visitor.get(ORDER)).text
        ids = await found(visitor, "since=5m")
    assert "Reached 0 of 2." in text
    for foreign in ("hooli-market", "globex", "initech", "soylent-tax"):
        assert foreign not in text
        assert foreign not in order
    assert len(ids) == 2


async def test_a_replay_is_planned_then_done(tmp_path: Path) -> None:
    """Of a pending letter as such, and once however often it is confirmed."""
    replay = f"{EVENT}/replay"
    async with lively(tmp_path) as site, visiting(site, "operator") as visitor:
        plan = (await visitor.get(f"{replay}?subscription={SHOP}")).text
        assert "goes to <code>bus.retry.acme-shop.1s</code>" in plan
        assert f"bus dlq replay {SHOP} --event" in plan
        asked = {"subscription": SHOP, "way": "letter"}
        assert "has begun" in (await visitor.act(replay, **asked)).text
        await ended(site)
        written = site.worlds.records("bus.retry.acme-shop.1s")
        assert len([record for record in written if record.value]) == 1
        assert "done already" in (await visitor.act(replay, **asked)).text
        again = (await visitor.get(f"{replay}?subscription={SHOP}")).text
        assert f"bus replay {SHOP} --from 2026-" in again


async def test_a_replay_out_of_the_topic_is_of_this_event_alone(tmp_path: Path) -> None:
    """Others of the same millisecond stay; one that is paused has to be forced."""
    replay = f"{EVENT}/replay"
    async with lively(tmp_path) as site, visiting(site, "operator") as visitor:
        asked = {"subscription": "globex-bi", "way": "event"}
        assert "has begun" in (await visitor.act(replay, **asked)).text
        await ended(site)
        written = site.worlds.records("bus.retry.globex-bi.1s")
        assert len([record for record in written if record.value]) == 1
        paused = (await visitor.get(f"{replay}?subscription=acme-erp")).text
        assert "acme-erp is paused" in paused
        assert "Replay all the same" in paused
        assert "--force" in paused
        asked = {"subscription": "acme-erp", "way": "event"}
        assert "acme-erp is paused" in (await visitor.act(replay, **asked)).text
        gone = (await visitor.get(f"{replay}?subscription=globex-wms")).text
        assert "It cannot be replayed now." in gone


async def ended(site: Lively) -> None:
    """All jobs are over."""
    tasks = [job.task for job in site.ask.api.jobs.all() if job.task]
    await asyncio.gather(*tasks)


async def test_searches_in_contents(site: Lively) -> None:
    """A part at a time: what has it, how far it came, and how to go on."""
    event, _ = site.events[0]
    search = "/ui/events/search-payload"
    async with visiting(site, "operator") as visitor:
        assert "nothing is indexed" in (await visitor.get(search)).text
        asked = f"{search}?text={event.subject.lower()}&type=order.created&since=7d"
        text = (await visitor.get(asked)).text
        assert f"<mark>{event.subject}</mark>" in text
        assert event.webhook_id in text
        assert "All is looked at" in text
        many = (await visitor.get(f"{search}?text=order_id")).text
        link = re.search(r'rel="next" href="([^"]+)"', many)
        assert link
        further = (await visitor.get(link[1].replace("&amp;", "&"))).text
        ids = r'class="ref" href="/ui/events/([^"]+)"'
        assert not {*re.findall(ids, many)} & {*re.findall(ids, further)}
        bars = [re.search(r'max="(\d+)" value="(\d+)"', s) for s in (many, further)]
        (_, first), (whole, both) = ([*map(int, b.groups())] for b in bars if b)
        assert (first < both, both <= whole) == (True, True)
        assert (await visitor.get(f"{search}?text=x")).status == 400
        hostile = f"{search}?text=%3Cscript%3E%27"
        assert "<script>'" not in (await visitor.get(hostile)).text


async def test_no_more_searches_at_a_time_than_there_may_be(site: Lively) -> None:
    """The page says that it has to wait; the API answers 429."""
    by = site.ask.api.authenticate(site.ask.keys.tokens["support"])
    searches = site.ask.api.searches
    async with visiting(site, "support") as visitor:
        with searches.one(by), searches.one(by):
            seen = await visitor.get("/ui/events/search-payload?text=order")
            path = "/v1/events/search-payload?text=order"
            got = await site.ask("GET", path, by="support")
        assert "wait for one to end" in seen.text
        assert got.status == 429
        assert (await site.ask("GET", path, by="support")).status == 200
        assert (await site.ask("GET", path, by="reader")).status == 403
