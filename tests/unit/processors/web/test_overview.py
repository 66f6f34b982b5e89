"""The overview: whose figures, what flows, and what is sent as it changes."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest_asyncio

from bus.log.rollup import Minute
from bus.watch.verdicts import Health
from processors.gateway.routes import Asked
from processors.status.inflow import SourceNow
from processors.web.broadcast import Broadcasts, cells_of
from processors.web.fleet import Faring
from processors.web.overview.flows import Parts, flow_of
from processors.web.overview.totals import deliveries, inflow
from tests.support.browsing import visiting
from tests.support.lively import SHOP, Lively, lively


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


def minute(name: str, accepted: int, failed: int = 0) -> Minute:
    """A minute of a subscription."""
    latencies = (accepted + failed, *[0] * 37)
    counts = (accepted, 0, 0, failed, 0, 0, 0)
    return Minute(1, name, "order.created", *counts, latencies)


def fares(name: str) -> Faring:
    """A subscription that is well."""
    return Faring(
        id=name,
        owner="",
        endpoint="",
        state="active",
        state_reason="",
        health=Health.HEALTHY,
        why="",
        rate=None,
        success=None,
        p95_us=None,
        waiting=None,
        oldest_s=None,
        breaker=None,
        dead=None,
    )


def test_figures_are_of_those_one_may_see() -> None:
    """A tenant's, of its own alone."""
    minutes = [minute("a", 300), minute("b", 0, 300)]
    assert deliveries(minutes, {"a", "b"}).success == 0.5
    mine = deliveries(minutes, {"a"})
    assert (mine.success, mine.rate) == (1.0, 1.0)
    assert deliveries(minutes, set()).success is None


def test_events_in_are_not_known_before_they_were_counted_twice() -> None:
    """No zero that nobody has counted."""
    assert inflow({"oms.order": SourceNow(None, 3)}) is None
    both = {"oms.order": SourceNow(2.0, 0), "oms.risk": SourceNow(None, 0)}
    assert inflow(both) == 2.0


def test_what_fails_flows_through_the_program_that_retries() -> None:
    """First attempts through the other; rates add up."""
    parts = Parts(
        sources={"oms.order": SourceNow(4.0, 0)},
        states={},
        minutes=[minute("a", 600, 300), minute("b", 300)],
        fleet=[fares("a"), fares("b")],
        ordered=frozenset({"b"}),
    )
    found = flow_of(parts, "/ui/subscriptions")
    edges = {(one.source, one.target): one.rate for one in found.edges}
    assert edges == {
        ("oms.order", "fanout"): 4.0,
        ("fanout", "sub a"): 2.0,
        ("retry", "sub a"): 1.0,
        ("ordered", "sub b"): 1.0,
    }
    rates = {one.name: one.rate for one in found.programs}
    assert rates == {"fanout": 2.0, "retry": 1.0, "ordered": 1.0}


def test_cells_are_what_a_page_marks() -> None:
    """By their names, which may have dashes."""
    page = b"<i><!--live a:b-c-->1<!--/live--></i><!--live d--><b>2</b>\n<!--/live-->"
    assert cells_of(page) == {"a:b-c": "1", "d": "<b>2</b>\n"}


def test_a_tenant_s_pages_share_the_time_of_one() -> None:
    """Every filter is a page of its own, and others want to look as well."""

    async def draw(_: Asked) -> bytes:
        return b""

    broadcasts = Broadcasts()
    for number in range(3):
        broadcasts.join(f"acme {number}", draw, "acme")
        broadcasts.join(f"acme {number}", draw, "acme")
        broadcasts.join(f"all {number}", draw)
    shares = [broadcasts.share(who) for who in ("acme", "globex", "")]
    assert shares == [60, 20, 20]
    for number in (0, 0, 1):
        broadcasts.leave(f"acme {number}", "acme")
    assert broadcasts.share("acme") == 40


async def test_a_tenant_sees_its_own_alone(site: Lively) -> None:
    """No topics, programs, alerts of others; its own dead letters."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get("/ui/")
    assert "Quarantine" not in seen.text
    assert "oms.order" not in seen.text
    assert "hooli" not in seen.text
    assert "Dead letters" in seen.text
    assert "bus subscriptions list" in seen.text
    assert "bus status" not in seen.text


async def test_a_tenant_hears_why(site: Lively) -> None:
    """Its worst subscriptions say what is wrong with them."""
    await site.say(SHOP, "failing")
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get("/ui/")
    assert re.search(f"<li>{SHOP}: [^<]+</li>", seen.text)


async def test_parked_orders_are_counted(site: Lively) -> None:
    """As many as the page says to which they lead."""
    async with visiting(site, "operator") as visitor:
        found = re.search(
            r'<a class="warn" href="/ui/intake">(\d+)</a>',
            (await visitor.get("/ui/")).text,
        )
        assert found
        assert f">{found[1]}</a>" in (await visitor.get("/ui/intake")).text


async def test_what_changes_is_sent_once(site: Lively) -> None:
    """All cells first, then those that became different; no longer with no key."""
    async with visiting(site, "support") as visitor:
        cookie = "; ".join(f"{n}={v}" for n, v in visitor.cookies.items())
        async with visitor.session.get(
            "/ui/live/subscriptions", headers={"Cookie": cookie}
        ) as stream:
            lines = stream.content
            first = [await lines.readline() for _ in range(5)]
            assert first[2] == b"event: cells\n"
            assert b"health:" + SHOP.encode() in first[3]
            await site.say("initech-edi", "failing")
            await site.worlds.clock.advance(1)
            assert await lines.readline() == b"event: cells\n"
            told = await lines.readline()
            assert b'"health:initech-edi"' in told
            assert b"health:" + SHOP.encode() not in told
            (key,) = [k for k in site.ask.api.keys.table.all() if k.role == "support"]
            await site.ask.api.keys.writer.revoke(key.id)
            await site.worlds.clock.advance(1)
            await lines.read()  # to its end
    assert site.ask.api.streams.open == 0


async def test_what_is_made_of_the_same_is_drawn_seldom(site: Lively) -> None:
    """However many look; and at once when something is another."""
    drawn: list[float] = []
    made = [1]

    async def draw(_: Asked) -> bytes:
        drawn.append(clock.monotonic())
        return b"<!--live n-->%d<!--/live-->" % len(drawn)

    api, clock = site.ask.api, site.worlds.clock
    asked = cast("Asked", SimpleNamespace(api=api, by=SimpleNamespace(tenant="")))
    shared = Broadcasts().join("page", draw, made_of=lambda _: tuple(made))
    began = clock.monotonic()
    for tick in range(12):
        for _ in range(50):
            await shared.renew(asked, tick)
        if tick == 2:
            made[0] += 1
        await clock.advance(1)
    assert [round(at - began) for at in drawn] == [0, 3, 8]
    assert shared.since(0) == b'event: cells\ndata: {"n":"3"}\n\n'
    assert shared.since(shared.change) == b""
