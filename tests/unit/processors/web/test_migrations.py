"""Pages of migrations: where each stands, on by form, and back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.browsing import visiting
from tests.support.lively import Lively, lively

ALL = "/ui/migrations"


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    async with lively(tmp_path) as served:
        yield served


async def test_it_says_where_a_migration_stands(site: Lively) -> None:
    """The list names closed gates; the page says why, and what was compared."""
    async with visiting(site, "support") as visitor:
        seen = await visitor.get(ALL)
        assert '<th scope="row"><a href="/ui/migrations/soylent-tax">' in seen.text
        assert "held" in seen.text
        one = await visitor.get(f"{ALL}/soylent-tax")
    for told in (
        "5 % of the orders",
        "Next: canary, 50 %",
        "3,204",
        "no difference: 6,154 pairs",
        "few of one type, agreed",
        "a rehearsal",
        "bus migrate report soylent-tax",
    ):
        assert told in one.text, told
    assert "<form" not in one.text.partition("<main")[2]


async def test_on_and_back_by_form(site: Lively) -> None:
    """A closed gate says why; with force and a reason orders move, and back again."""
    to = f"{ALL}/soylent-tax"
    async with visiting(site, "operator") as visitor:
        shut = await visitor.act(f"{to}/step")
        assert "may not go on" in shut.text
        without = await visitor.act(f"{to}/step", force="yes")
        assert "say why" in without.text
        done = await visitor.act(f"{to}/step", force="yes", why="agreed")
        assert "50 % of the orders" in done.text
        back = await visitor.act(f"{to}/back", far="all", why="a rehearsal")
        assert "<strong>0 % of the orders</strong>" in back.text


async def test_a_page_that_is_old_moves_nothing(site: Lively) -> None:
    """Who looked before somebody else stepped is told so."""
    to = f"{ALL}/soylent-tax"
    async with visiting(site, "operator") as visitor:
        fields = {"force": "yes", "why": "agreed", "epoch": "3"}
        late = await visitor.act(f"{to}/step", **fields)
        assert "is not in epoch 3 any more" in late.text
        assert "5 % of the orders" in (await visitor.get(to)).text


async def test_planned_and_changed_by_form(site: Lively) -> None:
    """What is left empty stays; what is wrong is said as the API says it."""
    async with visiting(site, "operator") as visitor:
        wrong = await visitor.act(ALL, id="newcomer", shares="5, many")
        assert "Nothing was planned" in wrong.text
        assert "shares" in wrong.text
        made = await visitor.act(ALL, id="newcomer", shares="5, 50", limits="days=3")
        assert "Planned: inventory, 0 %" in made.text
        assert "<dd>5, 50</dd>" in made.text
        changed = await visitor.act(ALL, id="newcomer", limits="pairs=9 hold_h=0.5")
        assert "<dd>5, 50</dd>" in changed.text
        assert "<dd>0.5</dd>" in changed.text
