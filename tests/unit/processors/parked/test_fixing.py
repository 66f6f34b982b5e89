"""Groups fixed once, items expired, who sees what, and what the table holds."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bus.access.roles import Role, principal
from bus.errors import (
    ConflictError,
    ParkedNotFoundError,
)
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Item
from bus.intake.parked.machine import State
from bus.intake.parked.records import decision_message
from bus.record import Message
from processors.parked.asking import (
    Wanted,
    group_named,
    item_of,
    row_of,
    rows_of,
    standing,
    whole,
)
from processors.parked.deciding import Wish, decide, decide_all
from processors.parked.expiring import due, expire
from processors.parked.fixing import fix, items_in, plan
from processors.parked.trying import Changes, Tried
from processors.parked.world import EVERYBODY, Policy
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


async def test_fix_once(desk: Triage) -> None:
    """Tried first; what passes is released, and what comes back is a regression."""
    items = [item(n) for n in range(1, 41)]
    await desk.park(*items)
    name = desk.row(items[0]).fingerprint
    desk.tried[items[0].id] = Tried(passes=False, why="price-known: no price")
    rows = items_in(desk.world, EVERYBODY, name)
    changes = Changes(mapping="intake.order_received: {}")
    planned = await plan(desk.world, rows, changes)
    assert desk.asked[0] == changes
    assert (planned.tried, len(planned.passing)) == (40, 39)
    assert planned.examples == {"price-known: no price": [items[0].id]}
    assert len(ids(desk)) == 40
    done = await fix(desk.world, name, planned, "the price list has it now")
    assert (done.done, done.failed) == (39, {})
    assert ids(desk) == [items[0].id]
    await desk.worlds.clock.advance(60)
    await desk.park(item(77, at=desk.world.now))
    (group,) = standing(desk.world, EVERYBODY).groups
    assert (group.regression, group.fixed_by) == (True, "cli:ada")
    assert group.ended == 39


async def test_a_fix_that_passes_nothing_is_none(desk: Triage) -> None:
    """Nobody is told that a group is fixed which is not."""
    await desk.park(item(1))
    desk.tried[item(1).id] = Tried(passes=False, why="still")
    rows = items_in(desk.world, EVERYBODY, desk.row(item(1)).fingerprint)
    planned = await plan(desk.world, rows, Changes())
    await fix(desk.world, "f1-0123456789ab", planned, "")
    assert standing(desk.world, EVERYBODY).groups[0].fixed is None


async def test_many_at_once_tell_which_refuse(desk: Triage) -> None:
    """The others go on."""
    await desk.park(item(1), item(2))
    rows = [desk.row(item(1)), desk.row(item(2))]
    await decide(desk.world, rows[0], Wish(kind=Kind.RELEASED))
    done = await decide_all(desk.world, rows, Wish(kind=Kind.REJECTED, why="x"))
    assert done.done == 1
    assert list(done.failed) == [rows[0].id]


async def test_expiry_is_a_decision(worlds: Worlds) -> None:
    """By the policy, in the audit, with its words; never before its time."""
    async with triage(worlds, Policy(expire_after=timedelta(days=2))) as desk:
        await desk.park(item(1))
        assert due(desk.world) == []
        await worlds.clock.advance(2 * 86_400 + 1)
        done = await expire(desk.world, due(desk.world))
        assert done.done == 1
        row = desk.row(item(1))
        assert (row.life.state, row.life.why) == (
            State.EXPIRED,
            "nobody decided about it within 2 days",
        )
        assert [one.action for one in worlds.audited()] == ["expire"]


async def test_without_a_policy_nothing_expires(worlds: Worlds) -> None:
    """Whoever wants that says so."""
    async with triage(worlds, Policy(expire_after=None)) as desk:
        await desk.park(item(1))
        await worlds.clock.advance(90 * 86_400)
        assert due(desk.world) == []


async def test_a_tenant_sees_its_own(desk: Triage) -> None:
    """Neither items nor groups nor counts of others."""
    await desk.park(item(1), item(2, owner="acme"), other(3))
    assert [r.id for r in rows_of(desk.world, ACME, Wanted(state="all"))] == [
        item(2).id
    ]
    (group,) = standing(desk.world, ACME).groups
    assert (group.count, sum(group.trend), group.ended) == (1, 0, 0)
    for name in (item(1).id, "nobody"):
        with pytest.raises(ParkedNotFoundError):
            row_of(desk.world, ACME, name)
    with pytest.raises(ParkedNotFoundError):
        group_named(desk.world, ACME, desk.row(other(3)).fingerprint)


async def test_a_group_that_is_cleared_is_known(desk: Triage) -> None:
    """It is no 404: its items are decided about, all of them."""
    await desk.park(item(1))
    name = desk.row(item(1)).fingerprint
    assert group_named(desk.world, EVERYBODY, name) is not None
    await decide(desk.world, desk.row(item(1)), Wish(kind=Kind.RELEASED))
    assert group_named(desk.world, EVERYBODY, name) is None
    assert len(desk.world.table.cleared()) == 1


async def test_what_is_decided_is_in_the_audit(desk: Triage) -> None:
    """Who, what, why; nothing of what the order says."""
    await desk.park(item(1, owner="acme"))
    await decide(
        desk.world.by("k7", "10.0.0.1"),
        desk.row(item(1)),
        Wish(kind=Kind.REJECTED, why="fraud"),
    )
    (change,) = desk.worlds.audited()
    assert (change.actor, change.action, change.tenant) == ("k7", "reject", "acme")
    assert change.after is not None
    assert change.after["why"] == "fraud"
    assert "payload" not in change.after


async def test_records_that_nobody_can_read_change_nothing(desk: Triage) -> None:
    """They are counted."""
    written = await desk.world.publisher.publish(
        Message(desk.world.topic, b"x", b"nonsense")
    )
    await desk.world.table.applied(written)
    decision = Decision(id="nobody", kind=Kind.REJECTED, who="k", at=NOW, on=1)
    written = await desk.world.publisher.publish(
        decision_message(desk.world.topic, decision)
    )
    await desk.world.table.applied(written)
    assert desk.world.table.unreadable == 1
    assert ids(desk, state="all") == []


async def test_the_table_is_bounded(
    desk: Triage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than it may hold are counted, and said to be missing."""
    monkeypatch.setattr("processors.parked.table.MOST_OPEN", 2)
    monkeypatch.setattr("processors.parked.table.MOST_ENDED", 1)
    await desk.park(item(1), item(2), item(3))
    assert standing(desk.world, EVERYBODY).beyond == 1
    for n in (1, 2):
        wish = Wish(kind=Kind.REJECTED, why="x")
        await decide(desk.world, desk.row(item(n)), wish)
    assert ids(desk, state="rejected") == [item(2).id]


async def test_the_pace_follows_those_who_clear(desk: Triage) -> None:
    """A group every five minutes is what the next ones are judged by."""
    for n in range(1, 5):
        one = item(n, findings=(found(rule=f"r{n}"),))
        await desk.park(one)
        await decide(desk.world, desk.row(one), Wish(kind=Kind.RELEASED))
        await desk.worlds.clock.advance(300)
    await desk.park(item(9))
    pace = standing(desk.world, EVERYBODY).terms.pace
    assert (round(pace.gap_s), pace.measured) == (300, 3)


async def test_a_record_that_kafka_has_deleted(desk: Triage) -> None:
    """Then there is nothing to release; the row still says what it was."""
    await desk.park(item(1))
    row = replace(desk.row(item(1)), records=((0, 99),), payload_at=(0, 99))
    assert (await whole(desk.world, row)).item is None
    with pytest.raises(ConflictError, match="nothing of it any more"):
        await decide(desk.world, row, Wish(kind=Kind.RELEASED))
    assert (await item_of(desk.world, desk.row(item(1)))).id == item(1).id
