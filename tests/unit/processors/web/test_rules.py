"""Pages of rules: lines, what holds and where it comes from, tables, proposals."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import visiting
from tests.support.lively import Lively, lively

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
    assert "bus rules apply -f rules.yaml" in none.text


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
