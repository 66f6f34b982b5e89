"""Pages of rules: lines, what holds and where it comes from, tables, proposals."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import visiting
from tests.support.lively import Lively, lively
from tests.support.threads import noting_threads

ALL = "/ui/rules"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_lines_are_narrowed_by_their_address(site: Lively) -> None:
    """Shipped ones, and ours with the scope and why."""
    async with visiting(site, "support") as visitor:
        seen = await visitor.get(f"{ALL}?layer=stored")
        assert "a plug-in rounds each line" in seen.text
        assert "limits EUR 250000" in seen.text
        assert "channel woocommerce, account shop-12" in seen.text
        assert "shipped</span>" not in seen.text.split("<tbody>")[1]
        scoped = await visitor.get(f"{ALL}?scope=shop-12")
        assert scoped.text.count('<th scope="row">') == 1
        none = await visitor.get(f"{ALL}?q=luck")
    assert "bus rules apply rules.yaml" in none.text


async def test_what_holds_and_where_it_comes_from(site: Lively) -> None:
    """Part by part, for who is asked for; the command asks the same."""
    async with visiting(site, "operator") as visitor:
        query = "channel=woocommerce&account=shop-12"
        seen = await visitor.get(f"{ALL}/effective?{query}")
    assert "bus rules effective --channel woocommerce --account shop-12" in seen.text
    row = seen.text.partition('<tbody id="rule-total-sum">')[2].partition("</tbody>")[0]
    told = re.findall(r"<td>tolerance</td><td[^>]*>([^<]+)</td><td>([^<]+)</td>", row)
    assert told == [("4", "stored: channel woocommerce, account shop-12")]
    assert "shipped: everywhere" in row


async def test_tables_and_their_rows(site: Lively) -> None:
    """In pages, found by key."""
    async with visiting(site, "operator") as visitor:
        seen = await visitor.get(f"{ALL}/lookups")
        assert re.search(r">prices</a></th><td class=\"number\">60<", seen.text)
        rows = await visitor.get(f"{ALL}/lookups/prices?limit=20")
        assert rows.text.count('<th scope="row">') == 20
        assert 'rel="next"' in rows.text
        one = await visitor.get(f"{ALL}/lookups/prices?q=sku-0007")
        assert "1 of 60" in one.text
        assert (await visitor.get(f"{ALL}/lookups/nobodys")).status == 404


async def test_a_proposal_is_applied_once(site: Lively) -> None:
    """It says what it would have done; then it holds, and is proposed no more."""
    to = f"{ALL}/proposals"
    async with visiting(site, "support") as visitor:
        seen = await visitor.get(to)
        found = re.search(r"bus rules apply --proposal (\S+?)<", seen.text)
        assert found
        assert "tolerance 4 instead of 1" in seen.text
        assert "<form" not in seen.text.partition("<main")[2]
    async with visiting(site, "operator") as visitor:
        done = await visitor.act(f"{to}/{found[1]}/apply")
        assert "Applied: " in done.text
        assert "Nothing is proposed" in done.text
        held = await visitor.get(f"{ALL}/effective?channel=shopify&account=A-7")
        assert '<td>tolerance</td><td class="said">4</td>' in held.text


_DOCUMENT = """
rules:
  - id: value-limit
    scope: {source: globex-edi}
    parameters: {limits: {EUR: 500000}}
    why: they grew
  - id: total-sum
    scope: {account: acme}
    parameters: {tolerance: 0}
"""


async def test_a_document_is_planned_then_applied(site: Lively) -> None:
    """What is looser holds, what is stricter is tried; who did it is in the audit."""
    to = f"{ALL}/apply"
    async with visiting(site, "operator") as visitor:
        fields = {"csrf": await visitor.csrf(), "document": _DOCUMENT}
        planned = await visitor.post(to, fields)
        assert planned.status == 200
        planned.hold_to_the_laws()
        assert "2 of 2 lines" in planned.text
        assert "<ins>limits EUR 500000</ins>" in planned.text
        assert "stricter: " in planned.text
        seen = re.search(r'name="planned" value="([0-9a-f]{64})"', planned.text)
        assert seen
        unseen = await visitor.post(to, {**fields, "do": "apply", "enforce": "yes"})
        assert (unseen.status, "not what you have seen" in unseen.text) == (422, True)
        wanted = {**fields, "do": "apply", "planned": seen[1]}
        done = await visitor.post(to, wanted)
        assert done.headers["Location"] == f"{ALL}?layer=stored"
        after = await visitor.get(done.headers["Location"])
        assert "Applied: 2 of 2 lines changed." in after.text
        assert "limits EUR 500000" in after.text
        assert "trial</span>" in (await visitor.get(f"{ALL}?layer=trial")).text
        mine = await visitor.get(f"{to}?start=stored")
        assert "they grew" in mine.text
        again = await visitor.post(to, fields)
        assert "0 of 2 lines" in again.text
    *_, last, newest = site.worlds.audited()
    assert (last.entity, newest.entity) == ("rule", "rule")
    assert (last.action, newest.action) == ("update", "trial")
    assert last.actor == site.ask.keys.tokens["operator"].split("_")[2]


async def test_what_is_wrong_with_a_document_is_said_by_line(site: Lively) -> None:
    """And nothing is planned; what was typed stays."""
    text = "rules:\n  - id: total-sum\n    severity: </textarea><b>bad\n"
    async with visiting(site, "operator") as visitor:
        fields = {"csrf": await visitor.csrf(), "document": text}
        seen = await visitor.post(f"{ALL}/apply", fields)
    assert seen.status == 422
    seen.hold_to_the_laws()
    assert "rules.yaml:" in seen.text
    assert "&lt;/textarea&gt;&lt;b&gt;bad" in seen.text
    assert "What would change</h2>" not in seen.text


async def test_others_do_not_wait_for_a_long_document(site: Lively) -> None:
    """It takes seconds to read one; that is no matter of the loop."""
    async with visiting(site, "operator") as visitor:
        fields = {"csrf": await visitor.csrf(), "document": "- a\n" * 2_000}
        with noting_threads() as ran:
            seen = await visitor.post(f"{ALL}/apply", fields)
    assert seen.status == 422
    assert "rules.yaml:1: yaml: a mapping is expected, not a list" in seen.text
    assert "_read" in ran
