"""Deciding about parked items: each decision a record, made on what stood before it.

Who was not first is told so and changes nothing. What was decided is in the audit.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.errors import BrokerUnavailableError, ConflictError, VersionMismatchError
from bus.intake.parked.decisions import Decision, GroupDecision, Kind
from bus.intake.parked.grouping import FIELDS, Row
from bus.intake.parked.item import Item
from bus.intake.parked.machine import may
from bus.intake.parked.records import decision_message
from bus.record import Written
from processors.access.trail import IN_DOUBT, in_doubt
from processors.parked.asking import whole
from processors.parked.trying import Tried
from processors.parked.world import ParkedWorld

READ_BACK_S = 10.0
_AT_ONCE = 32
ACTIONS: Mapping[str, Kind] = {
    "release": Kind.RELEASED,
    "reject": Kind.REJECTED,
    "assign": Kind.ASSIGNED,
    "snooze": Kind.SNOOZED,
}
"""What can be decided about many at once, by the word that asks for it."""
_VERBS = {
    Kind.EDITED: "edit",
    Kind.EXPIRED: "expire",
    **{kind: word for word, kind in ACTIONS.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to be decided.

    Attributes:
        kind: What.
        why: In words.
        to: Of an assignment: to whom; empty: to nobody.
        until: Of a snooze; None: it is over.
        payload, event_type: Of an edit.
        raw: Of a release: convert the submission again, whatever was edited.
        judged: Of a release: no rule is overruled, those that held it are asked again.
        version: The version that it is meant for; None: any.
    """

    kind: Kind
    why: str = ""
    to: str = ""
    until: datetime | None = None
    payload: Mapping[str, object] | None = None
    event_type: str = ""
    raw: bool = False
    judged: bool = False
    version: int | None = None


@dataclass(slots=True)
class Done:
    """What came of deciding about many; `failed` says why, by id."""

    done: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def refusal(row: Row, kind: Kind) -> str:
    """Why something cannot be decided about an item; empty: it can."""
    if may(row.life, kind):
        return ""
    return f"{row.id} is {row.life.state.value}: it cannot be {kind.value} any more"


async def decide(world: ParkedWorld, row: Row, wish: Wish) -> Row:
    """Decide about one item; return it as it is then.

    Raises:
        ConflictError: it is past that, or somebody else decided just before.
        VersionMismatchError: it is not as in the wish's version any more.
        PublishError, BrokerUnavailableError: it may not have been written.
    """
    if wish.version is not None and wish.version != row.life.version:
        raise VersionMismatchError(f"{row.id} was changed meanwhile")
    if why := refusal(row, wish.kind):
        raise ConflictError(why)
    decision = await _decision(world, row, wish)
    note = partial(_note, world, row, decision)
    async with in_doubt(partial(note, IN_DOUBT)):
        written = await world.publisher.publish(decision_message(world.topic, decision))
        await _read_back(world, written)
    after = world.table.get(row.id)
    if after is None or after.records[-1] != (written.partition, written.offset):
        raise ConflictError(f"somebody else decided about {row.id} just before")
    await note()
    return after


async def decide_all(
    world: ParkedWorld,
    rows: Sequence[Row],
    wish: Wish,
    progress: Callable[[int], None] = lambda _: None,
) -> Done:
    """Decide the same about many, some at a time; those that refuse are told."""
    done = Done()

    async def one(row: Row) -> None:
        try:
            await decide(world, world.table.get(row.id) or row, wish)
            done.done += 1
        except (ConflictError, VersionMismatchError) as error:
            done.failed[row.id] = str(error)
        progress(1)

    for begin in range(0, len(rows), _AT_ONCE):
        await asyncio.gather(*map(one, rows[begin : begin + _AT_ONCE]))
    return done


async def edit(
    world: ParkedWorld, row: Row, wish: Wish, *, dry_run: bool = False
) -> tuple[Row, Tried]:
    """Put another payload in the place of an item's; the original is kept.

    It is checked against the schema of its type and judged by the rules; that rules
    still hold it is no error: the answer says so.

    Raises:
        InvalidEventError: it is no event of its type; names the field.
        ConflictError, …: as `decide`.
    """
    if why := refusal(row, Kind.EDITED):
        raise ConflictError(why)
    found = await whole(world, row)
    event_type = wish.event_type or found.event_type
    if found.item is None:
        raise BrokerUnavailableError(f"Kafka holds no record of {row.id} any more")
    payload = wish.payload or {}
    tried = await world.tries().edited(found.item, event_type, payload)
    if dry_run:
        return row, tried
    made = Wish(
        kind=Kind.EDITED,
        why=wish.why,
        payload=tried.payload or payload,
        event_type=event_type,
        version=wish.version,
    )
    return await decide(world, row, made), tried


async def split(world: ParkedWorld, group: str, by: str) -> None:
    """Split a group by a field of its items; an empty one makes it whole again.

    Raises:
        ConflictError: there is no such field.
        PublishError, BrokerUnavailableError: it may not have been written.
    """
    if by and by not in FIELDS:
        raise ConflictError(f"there is no {by!r}; there are: {', '.join(FIELDS)}")
    said = GroupDecision(
        group=group, kind=Kind.SPLIT, who=world.trail.actor, at=world.now, by=by
    )
    await note_group(world, said, {"by": by})


async def note_group(world: ParkedWorld, said: GroupDecision, after: Shown) -> None:
    """Write down what was decided about a group."""
    written = await world.publisher.publish(decision_message(world.topic, said))
    await _read_back(world, written)
    action = "split" if said.kind is Kind.SPLIT else "fix"
    await world.trail.note(action, Entity.PARKED, said.group, after=after)


async def _decision(world: ParkedWorld, row: Row, wish: Wish) -> Decision:
    made = Decision(
        id=row.id,
        kind=wish.kind,
        who=world.trail.actor,
        at=world.now,
        why=wish.why,
        on=row.life.version,
        to=wish.to,
        until=wish.until,
        payload=wish.payload,
        event_type=wish.event_type,
    )
    return await _release(world, row, wish, made) if _releases(wish) else made


def _releases(wish: Wish) -> bool:
    return wish.kind is Kind.RELEASED


async def _release(
    world: ParkedWorld, row: Row, wish: Wish, made: Decision
) -> Decision:
    """A release has all in it that convert needs."""
    found = await whole(world, row)
    item = found.item
    edited = row.life.edited and not wish.raw
    if item is None or (not edited and item.place is None):
        raise ConflictError(f"{row.id}: Kafka holds nothing of it any more")
    return Decision(
        id=made.id,
        kind=made.kind,
        who=made.who,
        at=made.at,
        why=made.why,
        on=made.on,
        payload=found.payload if edited else None,
        event_type=found.event_type,
        place=item.place,
        part=item.part,
        source=item.source,
        release=row.life.releases + 1,
        overrules=() if edited or wish.judged else _rules_that_hold(item),
    )


def _rules_that_hold(item: Item) -> tuple[str, ...]:
    return tuple(sorted({one.rule for one in item.findings if one.holds and one.rule}))


async def _note(
    world: ParkedWorld, row: Row, decision: Decision, doubt: str = ""
) -> None:
    """In the audit, without what the order says: that stands in the topic."""
    said = {
        "order": row.order_id or row.native_id,
        "source": row.source,
        "group": row.fingerprint,
        "why": decision.why,
        "overrules": ", ".join(decision.overrules),
        "to": decision.to,
        "until": decision.until and decision.until.isoformat(),
    }
    action = f"{_VERBS[decision.kind]}{doubt}"
    await world.trail.note(
        action,
        Entity.PARKED,
        row.id,
        tenant=row.owner,
        before={"state": row.life.state.value},
        after={name: value for name, value in said.items() if value},
    )


async def _read_back(world: ParkedWorld, written: Written) -> None:
    try:
        async with asyncio.timeout(READ_BACK_S):
            await world.table.applied(written)
    except TimeoutError:
        raise BrokerUnavailableError(
            f"written to {written.topic}, but not read back within {READ_BACK_S:.0f} s"
        ) from None
