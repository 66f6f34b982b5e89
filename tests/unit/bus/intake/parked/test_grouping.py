"""Groups: what has one cause, ranked, with what came back and what was split."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bus.intake.parked.fingerprint import cause_of
from bus.intake.parked.grouping import (
    FIELDS,
    HOURS,
    Group,
    Past,
    Row,
    Terms,
    group_of,
    groups_of,
    hour_of,
)
from bus.intake.parked.item import Item
from bus.intake.parked.machine import Life, State
from bus.intake.parked.ranking import Pace, Stake
from tests.support.parked import NOW, found, item

TERMS = Terms(pace=Pace(300, 3), weights={}, now=NOW)


def row(one: Item | None = None, **changes: object) -> Row:
    """A row of an item."""
    one = one or item()
    made = Row(
        id=one.id,
        source=one.source,
        channel=one.channel,
        owner=one.owner,
        account=one.account,
        event_type=one.event_type,
        order_id=one.order_id,
        native_id=one.native_id,
        number=one.number,
        cause=cause_of(one),
        fingerprint=cause_of(one).fingerprint,
        value_seen="AB-1",
        amount="120.50 EUR",
        stake=Stake(Decimal("120.5"), "EUR", one.ship_by, one.at),
        life=Life(since=one.at),
        records=((0, 1),),
        payload_at=(0, 1),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def other(number: int) -> Item:
    """Of another cause."""
    return item(number, findings=(found(rule="price-known"),))


def one_group(*rows: Row, past: Past | None = None, terms: Terms = TERMS) -> Group:
    """The one group of these."""
    pasts = {rows[0].fingerprint: past} if past else {}
    (group,) = groups_of(rows, pasts, terms)
    return group


@given(st.lists(st.integers(0, 3), max_size=30))
def test_every_open_item_is_in_one_group(causes: list[int]) -> None:
    """None is lost, none counted twice; the dearest group stands first."""
    rows = [
        row(item(n, findings=(found(rule=f"r{cause}"),)))
        for n, cause in enumerate(causes)
    ]
    groups = groups_of(rows, {}, TERMS)
    assert sum(group.count for group in groups) == len(rows)
    assert len({group.id for group in groups}) == len(groups) == len(set(causes))
    scores = [group.risk.score for group in groups]
    assert scores == sorted(scores, reverse=True)


def test_what_is_decided_waits_no_more() -> None:
    """Put off ones do."""
    released = row(item(1), life=Life(state=State.RELEASED, since=NOW))
    asleep = row(item(2), life=Life(since=NOW, snoozed_until=NOW + timedelta(hours=1)))
    group = one_group(asleep, released)
    assert (group.count, group.asleep) == (1, 1)


def test_a_group_that_was_fixed_and_comes_back_is_a_regression() -> None:
    """Items from before the fix are none."""
    past = Past(fixed=NOW - timedelta(minutes=5), fixed_by="kim")
    old = row(life=Life(since=NOW - timedelta(hours=1)))
    assert not one_group(old, past=past).regression
    group = one_group(old, row(item(2)), past=past)
    assert (group.regression, group.fixed_by) == (True, "kim")


def test_a_group_is_new_for_a_day() -> None:
    """From its first item ever, not from the first that waits."""
    assert one_group(row()).new
    assert not one_group(row(), past=Past(first=NOW - timedelta(days=2))).new


def test_a_split_group_is_several() -> None:
    """One for each value of the field, with what it is of; others stay whole."""
    rows = [
        row(item(n, account=account)) for n, account in enumerate(["A", "B", "B", ""])
    ] + [row(other(9))]
    terms = replace(TERMS, splits={rows[0].fingerprint: "account"})
    groups = groups_of(rows, {}, terms)
    assert sorted((group.part, group.count) for group in groups) == [
        ("", 1),
        ("account: (none)", 1),
        ("account: A", 1),
        ("account: B", 2),
    ]
    assert all(
        group_of(one, {one.fingerprint: name}) != one.fingerprint
        for one in rows
        for name in FIELDS
    )
    assert group_of(rows[0], {rows[0].fingerprint: "weather"}) == rows[0].fingerprint


def test_the_trend_is_of_all_that_came() -> None:
    """By hour, decided ones included; it rises if far more come than before."""
    hour = hour_of(NOW)
    steady = Past(hours={hour - n: 3 for n in range(HOURS)})
    group = one_group(row(), past=steady)
    assert (group.trend, group.rising) == ([3] * HOURS, False)
    rising = Past(hours={hour: 9, hour - 5: 1, hour - HOURS: 99})
    group = one_group(row(), past=rising)
    assert (sum(group.trend), group.rising) == (10, True)


def test_who_and_by_when() -> None:
    """The accounts with most items first; the first ship-by that is still ahead."""
    rows = [
        row(item(1, account="B", ship_by=NOW - timedelta(hours=1))),
        row(item(2, account="B", ship_by=NOW + timedelta(hours=3))),
        row(item(3, account="A"), life=Life(since=NOW, assignee="kim")),
    ]
    group = one_group(*rows)
    assert (group.accounts, group.accounts_in_all) == (["B", "A"], 2)
    assert group.ship_by == NOW + timedelta(hours=3)
    assert group.assignees == ["kim"]
    assert one_group(rows[0]).ship_by == NOW - timedelta(hours=1)
