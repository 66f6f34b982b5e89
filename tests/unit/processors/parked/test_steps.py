"""What is done with parked items, in a world in memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from bus.access.roles import Role, principal
from bus.errors import (
    ConflictError,
    InvalidEventError,
    VersionMismatchError,
)
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Item, Money
from bus.intake.parked.machine import State
from bus.intake.parked.records import read_parked
from processors.parked.asking import (
    Wanted,
    rows_of,
    standing,
    whole,
)
from processors.parked.deciding import Wish, decide, edit, split
from processors.parked.trying import Tried
from processors.parked.world import EVERYBODY
from tests.support.parked import NOW, Triage, found, item, triage
from tests.support.worlds import Worlds

ACME = principal("k", Role.PARTNER, "acme")
DATA = {"order_id": "shopify.acme-shop.1001", "currency": "EUR", "note": "mended"}


@pytest.fixture
async def desk(worlds: Worlds) -> AsyncIterator[Triage]:
    """Parked items, and what works with them."""
    async with triage(worlds) as made:
        yield made


def ids(desk: Triage, **wanted: str) -> list[str]:
    """The items that are meant."""
    return [row.id for row in rows_of(desk.world, EVERYBODY, Wanted(**wanted))]


def other(number: int, **changes: object) -> Item:
    """An item of another cause."""
    return item(number, findings=(found(rule="price-known"),), **changes)


async def test_groups_by_what_they_put_at_risk(desk: Triage) -> None:
    """The dearest first, whatever its number of items; in one currency."""
    await desk.park(
        item(1),
        item(2),
        other(3, value=Money(Decimal(900), "USD")),
    )
    found_ = standing(desk.world, EVERYBODY)
    assert [(g.cause.name, g.count, round(g.risk.value)) for g in found_.groups] == [
        ("price-known", 1, 810),
        ("sku-known", 2, 241),
    ]
    assert found_.open == 3


async def test_lists_narrow_by_what_is_given(desk: Triage) -> None:
    """All that is given has to fit; those due first come first."""
    late = item(2, ship_by=NOW + timedelta(hours=1), source="b", account="B")
    none = other(3, ship_by=None)
    await desk.park(item(1), late, none)
    assert ids(desk) == [late.id, item(1).id, none.id]
    assert ids(desk, source="b") == ids(desk, account="B") == [late.id]
    assert ids(desk, order="#1001") == ids(desk, order="1001") == [item(1).id]
    assert ids(desk, group=desk.row(none).fingerprint) == [none.id]
    assert ids(desk, channel="x12") == ids(desk, state="released") == []


async def test_an_item_is_shown_whole(desk: Triage) -> None:
    """As it was parked, as it is now, and what was decided."""
    await desk.park(item(1))
    row = await decide(
        desk.world, desk.row(item(1)), Wish(kind=Kind.ASSIGNED, to="kim")
    )
    row, tried = await edit(
        desk.world, row, Wish(kind=Kind.EDITED, payload=DATA, why="typo")
    )
    assert tried.passes
    told = await whole(desk.world, row)
    assert told.original == item(1).payload
    assert told.payload == DATA
    assert [(d.kind, d.who, d.why) for d in told.history] == [
        (Kind.ASSIGNED, "cli:ada", ""),
        (Kind.EDITED, "cli:ada", "typo"),
    ]
    assert (row.life.edited, row.life.assignee, row.life.version) == (True, "kim", 3)


async def test_a_release_has_what_convert_needs(desk: Triage) -> None:
    """The submission's place, or the payload as it was edited; and how-manieth."""
    await desk.park(item(1), item(2))
    await decide(desk.world, desk.row(item(1)), Wish(kind=Kind.RELEASED))
    row, _ = await edit(
        desk.world, desk.row(item(2)), Wish(kind=Kind.EDITED, payload=DATA)
    )
    await decide(desk.world, row, Wish(kind=Kind.RELEASED, why="mended"))
    plain, edited = [
        entry
        for record in desk.worlds.records(desk.world.topic)
        if isinstance(entry := read_parked(record), Decision)
        and entry.kind is Kind.RELEASED
    ]
    by_id = {one.id: one for one in (plain, edited)}
    plain, edited = by_id[item(1).id], by_id[item(2).id]
    assert (plain.payload, plain.place, plain.release) == (None, item(1).place, 1)
    assert plain.overrules == ("sku-known",)
    assert (edited.payload, edited.event_type) == (DATA, "intake.order_received")
    assert edited.overrules == ()
    assert ids(desk) == []
    assert len(ids(desk, state="released")) == 2


async def test_what_still_fails_waits_again(desk: Triage) -> None:
    """Parked anew by convert, with the number of the release that it answers."""
    await desk.park(item(1))
    await decide(desk.world, desk.row(item(1)), Wish(kind=Kind.RELEASED))
    await desk.park(item(1))
    assert ids(desk) == []
    await desk.park(other(1, attempt=1))
    assert ids(desk) == [item(1).id]
    assert desk.row(item(1)).cause.name == "price-known"
    row = await decide(desk.world, desk.row(item(1)), Wish(kind=Kind.RELEASED))
    assert row.life.releases == 2


async def test_of_two_who_decide_at_once_one_is_told(desk: Triage) -> None:
    """Both had seen the same; the second changes nothing, and hears so."""
    await desk.park(item(1))
    row = desk.row(item(1))
    wishes = (
        Wish(kind=Kind.REJECTED, why="test order"),
        Wish(kind=Kind.RELEASED),
    )
    told = await asyncio.gather(
        *(decide(desk.world, row, wish) for wish in wishes), return_exceptions=True
    )
    assert sorted(isinstance(one, ConflictError) for one in told) == [False, True]
    assert len(desk.worlds.audited()) == 1


async def test_a_version_that_is_gone_is_refused(desk: Triage) -> None:
    """As If-Match asks for."""
    await desk.park(item(1))
    row = desk.row(item(1))
    wish = Wish(kind=Kind.ASSIGNED, to="kim", version=row.life.version)
    row = await decide(desk.world, row, wish)
    with pytest.raises(VersionMismatchError):
        await decide(desk.world, row, wish)


async def test_what_is_over_is_not_decided_again(desk: Triage) -> None:
    """But a rejected one can be taken after all."""
    await desk.park(item(1))
    row = await decide(
        desk.world, desk.row(item(1)), Wish(kind=Kind.REJECTED, why="fraud")
    )
    with pytest.raises(ConflictError, match="is rejected"):
        await decide(desk.world, row, Wish(kind=Kind.SNOOZED))
    row = await decide(desk.world, row, Wish(kind=Kind.RELEASED))
    assert row.life.state is State.RELEASED


async def test_an_edit_has_to_be_an_event(desk: Triage) -> None:
    """By its schema; what rules still hold is said, and stands all the same."""
    await desk.park(item(1))
    row = desk.row(item(1))
    with pytest.raises(InvalidEventError):
        await edit(desk.world, row, Wish(kind=Kind.EDITED, payload={"note": "x"}))
    desk.tried[row.id] = Tried(passes=False, findings=(found(),), why="sku-known")
    wish = Wish(kind=Kind.EDITED, payload=DATA)
    same, tried = await edit(desk.world, row, wish, dry_run=True)
    assert (same, tried.passes) == (row, False)
    after, _ = await edit(desk.world, row, wish)
    assert after.life.edited


async def test_snoozed_ones_come_back(desk: Triage) -> None:
    """By themselves, when their time is over."""
    await desk.park(item(1))
    until = desk.world.now + timedelta(hours=2)
    await decide(desk.world, desk.row(item(1)), Wish(kind=Kind.SNOOZED, until=until))
    assert (ids(desk), ids(desk, state="snoozed")) == ([], [item(1).id])
    assert standing(desk.world, EVERYBODY).groups[0].asleep == 1
    await desk.worlds.clock.advance(7_201)
    assert (ids(desk), ids(desk, state="snoozed")) == ([item(1).id], [])


async def test_a_group_is_split_and_made_whole(desk: Triage) -> None:
    """By a field of its items; items are listed under both names."""
    await desk.park(*(item(n, account=f"A{n % 2}") for n in range(1, 5)))
    name = desk.row(item(1)).fingerprint
    await split(desk.world, name, "account")
    groups = standing(desk.world, EVERYBODY).groups
    assert [group.part for group in groups] == ["account: A1", "account: A0"] or [
        group.part for group in groups
    ] == ["account: A0", "account: A1"]
    assert len(ids(desk, group=groups[0].id)) == 2
    assert len(ids(desk, group=name)) == 4
    with pytest.raises(ConflictError, match="weather"):
        await split(desk.world, name, "weather")
    await split(desk.world, name, "")
    (group,) = standing(desk.world, EVERYBODY).groups
    assert group.id == name
