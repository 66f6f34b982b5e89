"""Pages of running the bus: alerts and silences, forecasts, objectives."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.watch.forecasts.bottleneck import Enough, Knob, Limit
from bus.watch.forecasts.drain import CannotSay
from processors.web.operations.forecasts import ahead_of
from tests.support.browsing import visiting
from tests.support.gateway import serving
from tests.support.lively import SHOP, Lively, lively
from tests.support.lively_alerts import MAIL, SILENCE
from tests.support.worlds import Worlds

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    folder: Path = tmp_path_factory.mktemp("lively")
    async with lively(folder) as served:
        yield served


async def test_what_fires_comes_first(site: Lively) -> None:
    """Then what is pending, then what is over; filters narrow that."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/alerts")
        assert re.findall(r'href="/ui/alerts/([a-z_]+)/', seen.text) == [
            *("breaker_open", "dead_letters", "lag"),
        ]
        assert "22:00-07:00 Europe/Berlin" in seen.text
        assert "no answer within 10 s" in seen.text
        over = await visitor.get("/ui/alerts?phase=resolved&q=92")
        assert re.findall(r'href="/ui/alerts/([a-z_]+)/', over.text) == ["lag"]
        assert "for 19 min" in over.text


async def test_one_alert_has_its_life(site: Lively) -> None:
    """What it began with, what ended it, what covers it; none is not found."""
    async with visiting(site, "operator") as visitor:
        over = await visitor.get("/ui/alerts/lag/bus/bus")
        pending = await visitor.get(f"/ui/alerts/dead_letters/subscription/{SHOP}")
        none = await visitor.get("/ui/alerts/lag/subscription/nobody")
    at = [over.text.index(f"the oldest event waits {n} s") for n in (92, 61)]
    assert "Silence</button>" not in over.text
    assert over.text.index("What happened") > at[0]
    assert "they know, and are at it" in pending.text
    assert f"/ui/silences/{SILENCE}/end" in pending.text
    assert none.status == 404


async def test_silences_are_made_and_ended(site: Lively) -> None:
    """By who may; what is not said is any, but not all of it."""
    async with visiting(site, "support") as visitor:
        seen = await visitor.act(
            "/ui/silences", rule="", subject="source/*", duration="2h", why="a <b>move"
        )
        assert "Silent for 2h: covers no alerts of now." in seen.text
        assert "a &lt;b&gt;move" in seen.text
        ids = set(re.findall(r"/ui/silences/(s[0-9a-f]{10})/end", seen.text))
        (made,) = ids - {SILENCE}
        seen = await visitor.act(f"/ui/silences/{made}/end")
        assert "Ended" in seen.text
        assert made not in seen.text
        all_ = await visitor.act("/ui/silences", rule="", subject="", duration="2h")
        assert 'class="notice bad"' in all_.text
    async with visiting(site, "reader") as visitor:
        seen = await visitor.get("/ui/alerts")
        assert "/ui/silences" not in seen.text


async def test_forecasts_have_a_picture_and_a_record(site: Lively) -> None:
    """Of the worst, or of the one that is asked for; a tenant sees its own."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/forecasts")
        assert f"Overdue in bus.retry.{MAIL}.1s" in seen.text
        assert "right 80 % of 40" in seen.text
        other = await visitor.get("/ui/forecasts?queue=oms.order")
        assert "Overdue in oms.order" in other.text
        assert (await visitor.get("/ui/forecasts?queue=nothing")).status == 404
    async with visiting(site, "partner") as visitor:
        mine = await visitor.get("/ui/forecasts")
        assert f"subscription/{SHOP}" in mine.text
        assert MAIL not in mine.text
        assert "oms.order" not in mine.text
        assert (await visitor.get("/ui/forecasts?queue=oms.order")).status == 404


async def test_forecasts_that_nobody_can_make_say_why(worlds: Worlds) -> None:
    """The page is there all the same."""

    async def none() -> None:
        return None

    async with (
        serving(worlds, ask_log=none) as ask,
        visiting(Lively(ask, worlds, []), "operator") as visitor,
    ):
        seen = await visitor.get("/ui/forecasts")
    assert seen.status == 200
    seen.hold_to_the_laws()
    assert "there is no log to ask" in seen.text


async def test_the_knob_that_helps_is_named() -> None:
    """Where more will come than can go; else how much of it is used."""
    limit = ahead_of("oms.order", Limit(600.0, 1_200.0, None, Knob.WORKERS))
    assert (limit.word, limit.knob) == ("at its limit", Knob.WORKERS.value)
    assert ahead_of("oms.order", Enough(0.4)).used == 0.4
    assert ahead_of("oms.order", CannotSay("too early")).said == "too early"


async def test_topics_are_there_by_partition(site: Lively) -> None:
    """With what waits in each for the group that delivers from it."""
    async with visiting(site, "reader") as visitor:
        seen = await visitor.get("/ui/topics?q=massive-mail")
        names = re.findall(r'<th scope="row"><a href="/ui/topics/([^"]+)"', seen.text)
        one = await visitor.get(f"/ui/topics/bus.retry.{MAIL}.1s")
        none = await visitor.get("/ui/topics/somebody.elses")
    assert f"bus.retry.{MAIL}.1s" in names
    assert all(MAIL in name for name in names)
    assert "bus.fanout" in seen.text
    assert "for bus.retry" in one.text
    assert none.status == 404


async def test_the_audit_says_what_differs(site: Lively) -> None:
    """And nothing that is as it was; filters stand in the URL; a tenant's are its."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/audit")
        fits = await visitor.get("/ui/audit?entity=silence&actor=cli:ada&id=")
        bad = await visitor.get("/ui/audit?since=yesterday")
    assert re.search(r"rate: +<del>50</del> → <ins>80</ins>", seen.text)
    assert "https://acme.example/&lt;b&gt;" in seen.text
    assert SILENCE in fits.text
    assert f"/subscriptions/{SHOP}" not in fits.text
    assert bad.status == 400
    async with visiting(site, "partner") as visitor:
        mine = await visitor.get("/ui/audit")
    assert SHOP in mine.text
    assert SILENCE not in mine.text


async def test_settings_say_who_said_them(site: Lively) -> None:
    """Of the process that answers; a secret is set, and that is all."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get("/ui/settings")
        some = await visitor.get("/ui/settings?origin=environment&q=drain")
        none = await visitor.get("/ui/settings?q=zzz")
    assert "node-1/9" in seen.text
    assert "s3cret" not in seen.text
    assert "/etc/orderbus/settings" in seen.text
    assert re.findall(r"<code>(ORDERBUS_\w+)</code>", some.text) == ["ORDERBUS_DRAIN_S"]
    assert "None of them fits" in none.text


async def test_objectives_least_left_first(site: Lively) -> None:
    """And the ledger of one says to whom the budget went."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get("/ui/objectives")
        ledger = await visitor.get(f"/ui/subscriptions/{SHOP}/objective")
    found = re.findall(r'href="/ui/subscriptions/([a-z-]+)/objective"', seen.text)
    assert found == [SHOP, "acme-erp"]
    assert "answered 5xx" in ledger.text
    assert "receiver" in ledger.text
