"""Questions to the table: which groups, which items, all of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bus.access.roles import Principal
from bus.errors import BrokerUnavailableError, DecodeError, ParkedNotFoundError
from bus.intake.parked.decisions import Decision, Entry
from bus.intake.parked.grouping import (
    Group,
    Past,
    Row,
    Terms,
    fingerprint_in,
    group_of,
    groups_of,
)
from bus.intake.parked.item import Item
from bus.intake.parked.ranking import pace_of
from bus.intake.parked.records import read_parked
from processors.parked.world import ParkedWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which items; all that is given has to fit, what is empty does not narrow.

    `state` is one of `STATES`; `order` any name of the order.
    """

    group: str = ""
    state: str = "parked"
    source: str = ""
    channel: str = ""
    account: str = ""
    assignee: str = ""
    order: str = ""


STATES = ("parked", "snoozed", "released", "rejected", "expired", "all")
"""`parked`: waits for somebody now; `snoozed`: waits, and is put off."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All groups, and by which terms they are ranked; `beyond` items are not held."""

    groups: Sequence[Group]
    terms: Terms
    open: int
    beyond: int
    unreadable: int


def open_for(world: ParkedWorld, by: Principal) -> Sequence[Row]:
    """What waits, put off or not, of what is there for somebody."""
    return [row for row in world.table.open() if by.sees(row.owner)]


def standing(world: ParkedWorld, by: Principal) -> Standing:
    """The groups that are there for somebody, what is worth most time first."""
    table = world.table
    rows = open_for(world, by)
    splits = table.splits()
    names = {group_of(row, splits) for row in rows}
    terms = Terms(
        pace=pace_of(table.cleared(), max(1, len(names))),
        weights=world.policy.weights,
        now=world.now,
        splits=splits,
    )
    groups = groups_of(rows, _past(world, by), terms)
    whole = not by.tenant
    return Standing(
        groups=groups,
        terms=terms,
        open=len(rows),
        beyond=table.beyond if whole else 0,
        unreadable=table.unreadable if whole else 0,
    )


def _past(world: ParkedWorld, by: Principal) -> Mapping[str, Past]:
    """What a tenant does not own, it hears nothing of, not even as a count."""
    return {} if by.tenant else world.table.past()


def group_named(world: ParkedWorld, by: Principal, name: str) -> Group | None:
    """The group with this id; None: nothing of it waits.

    Raises:
        ParkedNotFoundError: there never was one, for whoever asks.
    """
    for group in standing(world, by).groups:
        if group.id == name:
            return group
    rows = (*world.table.open(), *world.table.ended())
    there = any(
        row.fingerprint == fingerprint_in(name) and by.sees(row.owner) for row in rows
    )
    if not there:
        raise ParkedNotFoundError(f"no group {name}")
    return None


def rows_of(world: ParkedWorld, by: Principal, wanted: Wanted) -> Sequence[Row]:
    """The items that are meant, by when they are due."""
    table, waits = world.table, wanted.state in {"parked", "snoozed"}
    rows = [
        *(table.open() if waits or wanted.state == "all" else ()),
        *(() if waits else table.ended()),
    ]
    splits, now = table.splits(), world.now
    found = [
        row
        for row in rows
        if by.sees(row.owner)
        and _is_in(row, wanted.state, now)
        and _fits(row, wanted)
        and wanted.group in {"", row.fingerprint, group_of(row, splits)}
    ]
    return sorted(found, key=lambda row: (row.stake.due, row.id))


def _is_in(row: Row, state: str, now: datetime) -> bool:
    if state == "all":
        return True
    if state in {"parked", "snoozed"}:
        return row.life.asleep(now) == (state == "snoozed")
    return row.life.state.value == state


def _fits(row: Row, wanted: Wanted) -> bool:
    names = {"", row.order_id, row.native_id, row.number, row.id}
    return (
        wanted.source in {"", row.source}
        and wanted.channel in {"", row.channel}
        and wanted.account in {"", row.account}
        and wanted.assignee in {"", row.life.assignee}
        and wanted.order in names
    )


def row_of(world: ParkedWorld, by: Principal, item_id: str) -> Row:
    """The item with this id.

    Raises:
        ParkedNotFoundError: there is none, for whoever asks.
    """
    row = world.table.get(item_id)
    if row is None or not by.sees(row.owner):
        raise ParkedNotFoundError(f"no parked item {item_id}")
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All there is of an item.

    Attributes:
        row: As lists have it.
        item: As it was parked last; None: Kafka has deleted its record.
        original: Its payload as it was parked first.
        payload: Its payload of today, edits included.
        event_type: Of that.
        history: What was decided, the oldest first.
    """

    row: Row
    item: Item | None
    original: Mapping[str, object] | None
    payload: Mapping[str, object] | None
    event_type: str
    history: Sequence[Decision]


async def whole(world: ParkedWorld, row: Row) -> Whole:
    """Read all of an item where it stands.

    Raises:
        BrokerUnavailableError: Kafka gives no answer.
    """
    entries = [await _entry(world, at) for at in row.records]
    items = [one for one in entries if isinstance(one, Item)]
    history = [one for one in entries if isinstance(one, Decision)]
    item = items[-1] if items else None
    latest = await _entry(world, row.payload_at)
    payload, event_type = item.payload if item else None, row.event_type
    if isinstance(latest, Decision) and latest.payload is not None:
        payload, event_type = latest.payload, latest.event_type or event_type
    return Whole(
        row=row,
        item=item,
        original=items[0].payload if items else None,
        payload=payload,
        event_type=event_type,
        history=history,
    )


async def _entry(world: ParkedWorld, at: tuple[int, int]) -> Entry | None:
    record = await world.reader.at(world.topic, *at)
    try:
        return None if record is None else read_parked(record)
    except DecodeError:
        return None


async def item_of(world: ParkedWorld, row: Row) -> Item:
    """An item as it was parked.

    Raises:
        BrokerUnavailableError: its record is not there any more, or Kafka is away.
    """
    found = (await whole(world, row)).item
    if found is None:
        raise BrokerUnavailableError(f"Kafka holds no record of {row.id} any more")
    return found
