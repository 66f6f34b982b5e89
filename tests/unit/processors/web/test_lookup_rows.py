"""Rows of lookup tables, added, changed and removed by a form."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.browsing import Visitor, visiting
from tests.support.lively import Lively, lively

TO = "/ui/rules/row"
PRICES = "/ui/rules/lookups/prices"
SKU = {"table": "prices", "key": "SKU-0007"}


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


@pytest_asyncio.fixture
async def operator(site: Lively) -> AsyncIterator[Visitor]:
    """Who may change rules."""
    async with visiting(site, "operator") as visitor:
        yield visitor


async def seen_of(visitor: Visitor, asked: str) -> str:
    """What a form says that whoever sends it has seen."""
    page = await visitor.get(f"{TO}?{asked}")
    found = re.search(r'name="seen" value="([0-9a-f]*)"', page.text)
    assert found
    return found[1]


async def test_a_row_is_added_changed_and_removed(
    site: Lively, operator: Visitor
) -> None:
    """Each is in the list at once, and in the audit as whose it was."""
    row = {"table": "prices", "key": "MUG-1", "name": "Price", "value": "14.90"}
    added = await operator.act(TO, **row)
    assert "MUG-1 of prices: added." in added.text
    found = await operator.get(f"{PRICES}?q=mug")
    assert "<td>14.90</td>" in found.text
    asked = "table=prices&key=MUG-1"
    shown = await operator.get(f"{TO}?{asked}")
    assert "bus lookups set prices MUG-1 price=14.90<" in shown.text
    changed = await operator.act(
        TO, **{**row, "value": "15", "seen": await seen_of(operator, asked)}
    )
    assert "MUG-1 of prices: changed." in changed.text
    gone = await operator.act(
        TO,
        table="prices",
        key="MUG-1",
        seen=await seen_of(operator, asked),
        do="remove",
    )
    assert "MUG-1 of prices: removed." in gone.text
    assert "None of them fits" in (await operator.get(f"{PRICES}?q=mug")).text
    *_, one, two, three = site.worlds.audited()
    assert {(r.action, r.entity, r.entity_id) for r in (one, two, three)} == {
        ("load", "lookup", "prices")
    }
    assert three.actor == site.ask.keys.tokens["operator"].split("_")[2]


async def test_a_table_begins_and_ends_with_a_row(operator: Visitor) -> None:
    """Its first row makes it; with its last one it is gone, and the list is shown."""
    made = await operator.act(TO, table="articles", key="MUG-1")
    assert made.text.count('<th scope="row">') == 1
    seen = await seen_of(operator, "table=articles&key=MUG-1")
    await operator.act(TO, table="articles", key="MUG-1", seen=seen, do="remove")
    assert (await operator.get("/ui/rules/lookups/articles")).status == 404


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"key": "SKU-0007"}, "has a row &#39;SKU-0007&#39; already"),
        ({"seen": "0" * 64, **SKU}, "somebody has changed this row since"),
        ({"table": "No Name"}, "&#39;No Name&#39; is no name of a lookup table"),
        ({"key": " "}, "is no key of a row"),
        ({"name": "", "value": "14"}, "the value &#39;14&#39; stands in no column"),
        ({"name": "price", "value": "9" * 501}, "501 characters, up to 500"),
        ({"do": "remove"}, "has no row &#39;MUG-1&#39;"),
    ],
)
async def test_what_is_no_row_is_said(
    site: Lively, operator: Visitor, fields: Mapping[str, str], why: str
) -> None:
    """What was typed stays, and nothing is changed."""
    before = len(site.worlds.audited())
    form = {"csrf": await operator.csrf(), "table": "prices", "key": "MUG-1", **fields}
    told = await operator.post(TO, form)
    assert told.status == 422
    told.hold_to_the_laws()
    assert why in told.text
    assert fields.get("value", "") in told.text
    assert len(site.worlds.audited()) == before


async def test_a_row_that_was_typed_over_can_be_saved_after_all(
    operator: Visitor,
) -> None:
    """The form that says so has seen the other one."""
    form = {"csrf": await operator.csrf(), **SKU, "name": "price", "value": "3"}
    told = await operator.post(TO, form)
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', told.text)
    assert found
    done = await operator.act(TO, **{**form, "seen": found[1]})
    assert "SKU-0007 of prices: changed." in done.text


async def test_who_may_only_read_sees_no_form(site: Lively) -> None:
    """Neither the links to it."""
    async with visiting(site, "support") as visitor:
        seen = await visitor.get(PRICES)
        assert seen.status == 200
        assert TO not in seen.text
        form = {"csrf": await visitor.csrf(), "table": "prices", "key": "MUG-1"}
        assert (await visitor.post(TO, form)).status == 403
