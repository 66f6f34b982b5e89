"""Pages of parked orders: which first and why, one of them, what is done."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bus.adapters.memory import settle
from processors.web.intake.marking import lined, pieces
from tests.support.browsing import visiting
from tests.support.lively import Lively, lively
from tests.support.lively_parked import ITEM

ALL = "/ui/intake"
GROUP = f"{ALL}/groups/f1-7a91298b1334"
ONE = f"{ALL}/orders/{ITEM.id}"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_groups_say_what_they_put_at_risk(site: Lively) -> None:
    """The dearest first; a regression and what has no rate are named."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ALL)
        order = re.findall(r'<th scope="row"><a href="[^"]+">([a-z-]+)</a>', seen.text)
        assert set(order) == {"sku-known", "unreadable", "unparsable", "value-limit"}
        assert "regression" in seen.text
        assert "in XTS" in seen.text
        assert "bus intake parked groups" in seen.text


async def test_each_number_leads_to_its_list(site: Lively) -> None:
    """A group has its terms, and its orders."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(GROUP)
        assert "times P(late)" in seen.text
        assert seen.text.count('href="/ui/intake/orders/') >= 20
        assert "bus intake parked fix f1-7a91298b1334" in seen.text
        listed = await visitor.get(f"{ALL}/orders?state=snoozed")
        assert listed.text.count('<th scope="row">') == 1
        none = await visitor.get(f"{ALL}/orders?account=Nobody")
        assert "There are none that fit" in none.text


async def test_an_order_beside_what_was_sent(site: Lively) -> None:
    """What was found is marked in both."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(ONE)
        assert seen.text.count("<mark>AB-1</mark>") == 3
        assert re.search(
            r"<mark title=\"no row of the price list[^>]*>[^<]*AB-1", seen.text
        )
        assert "The rule only watches" in seen.text
        assert (await visitor.get(f"{ALL}/orders/{ITEM.id[:-1]}0")).status in {404, 200}


async def test_an_edit_is_checked_then_kept(site: Lively) -> None:
    """What is wrong is said beside it."""
    async with visiting(site, "operator") as visitor:
        fields = {"csrf": await visitor.csrf(), "type": "", "why": "typo"}
        bad = await visitor.post(f"{ONE}/edit", {**fields, "data": "{"})
        assert (bad.status, "It cannot be read" in bad.text) == (422, True)
        said = {**fields, "data": json.dumps({"order_id": "x"})}
        fine = await visitor.post(f"{ONE}/edit", {**said, "do": "check"})
        assert (fine.status, "It fits its schema" in fine.text) == (200, True)
        done = await visitor.act(f"{ONE}/edit", **said, do="keep")
        assert "Edited; the original is kept." in done.text
        assert "edited</strong>" in done.text


async def test_an_order_is_decided_about(site: Lively) -> None:
    """Each act answers with the page it came from, and what came of it."""
    async with visiting(site, "operator") as visitor:
        done = await visitor.act(f"{ONE}/assign", to="kim")
        assert "Assigned." in done.text
        done = await visitor.act(f"{ONE}/snooze", duration="4h", why="price list")
        assert "Put off" in done.text
        done = await visitor.act(f"{ONE}/reject", why="a test order")
        assert "Rejected" in done.text
        assert "snooze" not in done.text.split('id="do"')[1].split("</section>")[0]
        done = await visitor.act(f"{ONE}/release")
        assert "Released" in done.text


async def test_of_two_tabs_the_second_is_told_of_the_first(site: Lively) -> None:
    """What was decided beside an older look is not done, and what was typed stays."""
    async with visiting(site, "operator") as visitor:
        page = (await visitor.get(ONE)).text
        (version,) = set(re.findall(r'name="version" value="(\d+)"', page))
        old = {"csrf": await visitor.csrf(), "version": version}
        typed = {**old, "data": json.dumps({"order_id": "other"}), "do": "keep"}
        done = await visitor.act(f"{ONE}/assign", to="kim", version=version)
        assert "Assigned." in done.text
        late = await visitor.post(f"{ONE}/edit", typed)
        assert (late.status, "changed meanwhile" in late.text) == (422, True)
        assert "&#34;other&#34;" in late.text
        for action in ("release", "reject", "snooze"):
            why = {"version": version, "why": "unseen"}
            late = await visitor.act(f"{ONE}/{action}", **why)
            assert "changed meanwhile" in late.text
            assert "unseen" not in late.text
        (newer,) = set(re.findall(r'name="version" value="(\d+)"', late.text))
        done = await visitor.act(f"{ONE}/release", version=newer)
        assert "Released" in done.text


async def test_a_group_is_fixed_once(site: Lively) -> None:
    """Tried, also with another mapping; then a job that releases what passes."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(f"{GROUP}/fix")
        assert "Nothing has been released" in seen.text
        fields = {"csrf": await visitor.csrf(), "mapping": "intake.order_received: {}"}
        tried = await visitor.post(f"{GROUP}/fix", fields)
        assert (tried.status, "with your mapping" in tried.text) == (200, True)
        wrong = await visitor.post(f"{GROUP}/fix", {**fields, "mapping": "a: [<b>"})
        assert wrong.status == 422
        wrong.hold_to_the_laws()
        assert "Your mapping was not tried: mapping.yaml:1" in wrong.text
        assert "a: [&lt;b&gt;</textarea>" in wrong.text
        job = await visitor.act(f"{GROUP}/fix", why="price list of November")
        assert "the group is fixed" in job.text
        assert "Fix of a group of parked orders" in job.text
        await settle()
        assert (await visitor.get(GROUP)).status == 404


async def test_a_group_is_split(site: Lively) -> None:
    """For everybody, by a field."""
    async with visiting(site, "operator") as visitor:
        done = await visitor.act(f"{GROUP}/split", by="account")
        assert "Split by account." in done.text
        assert "account: Globex" in done.text
        await visitor.act(f"{GROUP}/assign", to="kim")


async def test_a_partner_sees_its_own_alone(site: Lively) -> None:
    """Nothing of others, and nothing to do."""
    async with visiting(site, "partner") as visitor:
        seen = await visitor.get(ALL)
        assert "Nothing is parked" in seen.text
        assert "sku-known" not in seen.text
        assert (await visitor.get(ONE)).status == 404
        assert (await visitor.get(GROUP)).status == 404
        assert (await visitor.get(f"{GROUP}/fix")).status == 403


def test_a_payload_is_marked_where_something_was_found() -> None:
    """The line of the field; all of it is there, as JSON."""
    payload = {"a": 1, "lines": [{"sku": "x"}, {"sku": "<b>"}], "none": []}
    shown = lined(payload, {"lines[1].sku": "unknown"})
    assert json.loads("".join(piece.text for piece in shown)) == payload
    assert [piece.text.strip() for piece in shown if piece.found] == ['"sku": "<b>"']


def test_a_text_is_marked_wherever_a_value_stands() -> None:
    """Short ones are not: they are everywhere."""
    told = pieces("AB-1 and AB-12, 1", {"AB-1", "AB-12", "1"})
    assert [piece.text for piece in told if piece.found] == ["AB-1", "AB-12"]
    assert "".join(piece.text for piece in told) == "AB-1 and AB-12, 1"
    assert pieces("x", set())[0].found == ""
