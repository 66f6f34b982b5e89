"""Pages of dead letters and jobs: causes, lists, plans, edits, what came of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest_asyncio

from bus.adapters.memory import settle
from processors.gateway.causes import Group
from processors.redrive.portfolio import Cause
from processors.web.letters.causes import whose
from tests.support.browsing import Seen, Visitor, visiting
from tests.support.lively import SHOP, Lively, lively
from tests.support.lively_aside import JOB
from tests.support.pace import patience

ALL = "/ui/dead-letters"
OF_SHOP = f"/ui/subscriptions/{SHOP}/dead-letters"
OF_HOOLI = "/ui/subscriptions/hooli-market/dead-letters"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


def links(seen: Seen, word: str) -> list[str]:
    """Where the links of a page lead that have this in their address."""
    found = re.findall(r'href="([^"]+)"', seen.text)
    return [unescape(one) for one in found if word in one]


async def test_each_cause_leads_to_its_list(site: Lively) -> None:
    """How many, whose, and a list with as many rows; searched by owner."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ALL)
        assert "every attempt failed · 503" in seen.text
        first = next(one for one in links(seen, OF_SHOP) if "plan" not in one)
        assert "status=503" in first
        listed = await visitor.get(first)
        assert listed.text.count('type="checkbox" name="event"') == 6
        found = await visitor.get(f"{ALL}?q=hooli")
        assert "1 of 2 causes" in found.text
        assert "None of them fits" in (await visitor.get(f"{ALL}?q=nobody")).text


def test_those_without_an_owner_are_not_removed() -> None:
    """They are the operators'; removed is only what is not there any more."""
    one = Cause(
        owner="erp",
        reason="refused",
        status=422,
        count=3,
        oldest_ms=0,
        newest_ms=0,
        detail="",
        complete=True,
    )
    groups = [
        Group(one, "", removed=False),
        Group(one, "acme", removed=False),
        Group(one, "", removed=True),
        Group(one, "", removed=False),
    ]
    assert whose(groups) == {"": 6, "acme": 3, "removed": 3}


async def test_a_partner_sees_its_own(site: Lively) -> None:
    """Neither the causes of others nor their lists, plans or letters."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get(ALL)
        assert SHOP in seen.text
        assert "hooli" not in seen.text
        for path in ("", "/plan", f"/{site.events[6][0].webhook_id}"):
            assert (await visitor.get(f"{OF_HOOLI}{path}")).status == 404


async def test_lists_go_on_and_say_when_there_is_nothing(site: Lively) -> None:
    """Pages leave nothing out; what does not fit is said."""
    async with visiting(site, "operator") as visitor:
        to, found = f"{OF_SHOP}?limit=2", []
        while to:
            seen = await visitor.get(to)
            found += re.findall(r'name="event" value="([^"]+)"', seen.text)
            after = links(seen, "cursor=")
            to = after[0] if after else ""
        assert len(found) == len({*found}) == 6
        none = await visitor.get(f"{OF_SHOP}?state=discarded")
        assert "There are none that fit" in none.text
        bad = await visitor.get(f"{OF_SHOP}?since=luck")
        assert (bad.status, "since" in bad.text) == (400, True)


async def test_says_what_why_and_what_can_be_done(site: Lively) -> None:
    """Reason in words, content, the event's page, the commands."""
    event = site.events[0][0]
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(f"{OF_SHOP}/{event.webhook_id}")
    assert "Every attempt failed." in seen.text
    assert f"/ui/events/{event.webhook_id}" in seen.text
    assert event.subject in seen.text
    assert f"bus dlq replay {SHOP} --event {event.webhook_id}" in seen.text
    assert "/edit" not in seen.text


async def begun(visitor: Visitor, plan: str, **more: str) -> Seen:
    """Agree with a plan; see the job."""
    seen = await visitor.get(plan)
    action = unescape(plan.partition("?")[0])
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', seen.text))
    return await visitor.act(action, **{**fields, **more, "csrf": await visitor.csrf()})


async def test_a_replay_is_planned_then_a_job(site: Lively) -> None:
    """Counts first; an open breaker has to be passed over; then done and told."""
    event = site.events[1][0]
    plan = f"{OF_HOOLI}/plan?reason=refused"
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(plan)
        assert "Replay 1</button>" in seen.text
        assert "bus dlq replay hooli-market --reason refused" in seen.text
        job = await begun(visitor, plan)
        assert "Replaying dead letters of hooli-market" in job.text
        job_id = re.search(r"<code>([0-9a-f]{24})</code>", job.text)
        assert job_id
        async with asyncio.timeout(patience(10)):
            while "1 of 1" not in (await visitor.get(f"/ui/jobs/{job_id[1]}")).text:
                pass
        assert "Nothing is pending that fits" in (await visitor.get(plan)).text
        chosen = f"{OF_SHOP}/plan?act=discard&event={event.webhook_id}"
        assert "Discard 1</button>" in (await visitor.get(chosen)).text
        await begun(visitor, chosen)
        await settle()
        seen = await visitor.get(f"{OF_SHOP}?state=discarded")
        assert event.webhook_id in seen.text


async def test_a_subscription_that_is_not_ready_says_so(site: Lively) -> None:
    """The plan says why, and takes it only as meant."""
    await site.ask.api.world.writer.pause(SHOP, "lunch")
    async with visiting(site, "operator") as visitor:
        plan = f"{OF_SHOP}/plan"
        seen = await visitor.get(plan)
        assert "is paused" in seen.text
        assert 'name="force"' in seen.text
        before = len(site.ask.api.jobs.all())
        refused = await begun(visitor, plan)
        assert "Nothing was done yet." in refused.text
        assert "is paused" in refused.text
        assert len(site.ask.api.jobs.all()) == before
        job = await begun(visitor, plan, force="yes")
        assert "Replaying dead letters" in job.text


async def test_one_letter_is_replayed_by_one_button(site: Lively) -> None:
    """From its own page, without a plan; where it is not ready, the plan says why."""
    event = site.events[6][0]
    path = f"{OF_HOOLI}/{event.webhook_id}"
    fields = {"event": event.webhook_id}
    async with visiting(site, "operator") as visitor:
        assert ">Replay</button>" in (await visitor.get(path)).text
        fields["csrf"] = await visitor.csrf()
        await site.ask.api.world.writer.pause("hooli-market", "lunch")
        held = await visitor.act(f"{OF_HOOLI}/plan", **fields)
        assert "is paused" in held.text
        assert event.webhook_id in held.text
        await site.ask.api.world.writer.resume("hooli-market")
        job = await visitor.act(f"{OF_HOOLI}/plan", **fields)
        assert "Replaying dead letters of hooli-market" in job.text
        await settle()
        told = await visitor.get(path)
        assert ">Replay</button>" not in told.text


async def test_an_edit_is_checked_then_sent(site: Lively) -> None:
    """What was typed stays in the form; the original is kept, marked as replaced."""
    event = site.events[6][0]
    path = f"{OF_HOOLI}/{event.webhook_id}/edit"
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(path)
        found = re.search(r"<textarea[^>]*>(.*?)</textarea>", seen.text, re.DOTALL)
        assert found
        text = unescape(found[1])
        csrf = await visitor.csrf()
        bad = await visitor.post(path, {"csrf": csrf, "data": "{<b>", "do": "send"})
        assert (bad.status, "{&lt;b&gt;" in bad.text) == (422, True)
        bad.hold_to_the_laws()
        wrong = json.dumps({**json.loads(text), "order_id": "SO-OTHER"})
        bad = await visitor.post(path, {"csrf": csrf, "data": wrong, "do": "send"})
        assert "order_id" in bad.text
        assert "SO-OTHER" in bad.text
        fine = await visitor.post(path, {"csrf": csrf, "data": text, "do": "check"})
        assert (fine.status, "It fits the schema" in fine.text) == (200, True)
        sent = await visitor.act(path, data=text, do="send")
        assert "Sent: the edited" in sent.text
        assert "replaced" in sent.text


async def test_a_job_says_what_it_did(site: Lively) -> None:
    """Done, failed and unknown, each with its list; one that runs can be cancelled."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(f"/ui/jobs/{JOB}")
        assert "its content is not there any more" in seen.text
        assert f"{OF_SHOP}?state=pending&amp;reason=exhausted" in seen.text
        listed = await visitor.get("/ui/jobs")
        assert f"/ui/jobs/{JOB}" in listed.text
        runs = await visitor.get(f"/ui/jobs/{'1' * 24}")
        assert "120 of 400" in runs.text
        assert "/cancel" in runs.text
        (job,) = [one for one in site.ask.api.jobs.all() if one.id == "1" * 24]
        job.total = 0  # of how many is not known yet
        uncounted = await visitor.get(f"/ui/jobs/{job.id}")
        assert "120 so far" in uncounted.text
        assert '<progress max="100" aria-label' in uncounted.text
        assert "120 so far" in (await visitor.get("/ui/jobs")).text
    async with visiting(site, "partner") as visitor:
        assert (await visitor.get(f"/ui/jobs/{JOB}")).status == 200
        assert (await visitor.get(f"/ui/jobs/{'1' * 24}")).status == 404
