"""Pages of quarantine: causes in a producer's words, a plan, an edit, a discard."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest_asyncio

from bus.adapters.memory import settle
from bus.webhook.document import plain
from tests.support.browsing import visiting
from tests.support.lively import Lively, lively

ALL = "/ui/quarantine"
ONE = f"{ALL}/oms.order/0/900"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_each_cause_leads_to_its_list(site: Lively) -> None:
    """What it means, what to do, how many; a list with as many rows."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ALL)
        assert "does not begin with a schema id" in seen.text
        to = re.search(r'="(/ui/quarantine/records[^"]*not_framed[^"]*)"', seen.text)
        assert to
        listed = await visitor.get(unescape(to[1]))
        assert listed.text.count('name="place" value="') == 2
        none = await visitor.get(f"{ALL}/records?state=discarded")
        assert "There are none that fit" in none.text
    async with visiting(site, "partner") as visitor:
        assert (await visitor.get(ALL)).status == 403


async def test_causes_say_whose_and_are_narrowed(site: Lively) -> None:
    """Who wrote them leads to theirs; a filter stands in the address, and goes on."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ALL)
        assert "3 of 3 causes" in seen.text
        to = re.search(r'href="([^"]*)">/oms/web</a> 1', seen.text)
        assert to
        theirs = await visitor.get(unescape(to[1]))
        assert "1 of 3 causes" in theirs.text
        to = re.search(r'class="grave" href="([^"]*)"', theirs.text)
        assert to
        listed = await visitor.get(unescape(to[1]))
        assert listed.text.count('name="place" value="') == 1
        assert 'name="source" value="/oms/web"' in listed.text
        rest = await visitor.get(f"{ALL}/records?source=-")
        assert rest.text.count('name="place" value="') == 3
        plan = await visitor.get(f"{ALL}/plan?act=discard&source=/oms/web")
        assert "bus quarantine discard --source /oms/web" in plan.text
        none = await visitor.get(f"{ALL}?topic=oms.payment")
        assert "None of them fits" in none.text


async def test_says_what_could_be_read(site: Lively) -> None:
    """Its bytes, headers, the reason, and what can be done."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ONE)
        assert "SO-9001" in seen.text
        assert "It cannot be decoded yet" in seen.text
        assert "bus quarantine replay oms.order/0/900 --edited mended.json" in seen.text
        assert (await visitor.get(f"{ALL}/oms.order/0/12345")).status == 404


async def test_a_discard_is_planned_then_a_job(site: Lively) -> None:
    """Nothing can be replayed by now, which the plan says; a discard is done."""
    async with visiting(site, "operator") as visitor:
        plan = await visitor.get(f"{ALL}/plan")
        assert "None of them can be decoded by now" in plan.text
        chosen = await visitor.get(f"{ALL}/plan?act=discard&place=oms.order/0/901")
        assert "Discard 1</button>" in chosen.text
        job = await visitor.act(f"{ALL}/plan", act="discard", place="oms.order/0/901")
        assert "Discarding quarantined records" in job.text
        await settle()
        seen = await visitor.get(f"{ALL}/records?state=discarded")
        assert "oms.order/0/901" in seen.text


async def test_an_edit_is_checked_then_published(site: Lively) -> None:
    """What could be read stands in the form; what is wrong is said beside it."""
    event = site.events[0][0]
    data = json.dumps(plain(dict(event.data)))
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(f"{ONE}/edit")
        assert "SO-9001" in seen.text
        fields = {"csrf": await visitor.csrf(), "data": data}
        bad = await visitor.post(f"{ONE}/edit", {**fields, "do": "check"})
        assert (bad.status, "type" in bad.text) == (422, True)
        bad = await visitor.post(f"{ONE}/edit", {**fields, "type": "<b>"})
        assert "The type is none" in bad.text
        said = {**fields, "type": event.type}
        fine = await visitor.post(f"{ONE}/edit", {**said, "do": "check"})
        assert f"It fits the schema of {event.type}" in fine.text
        sent = await visitor.act(f"{ONE}/edit", **{**said, "do": "send"})
        assert f"Published: {event.type} of {event.subject}" in sent.text
        assert "replaced" in sent.text
