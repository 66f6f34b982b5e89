"""Finding out what befell an event or all events of an order.

All of it stands in Kafka. Who has a log remembers most of it: of Kafka only what came
since is read then.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from bus.delivery.delivery import Attempt
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Record
from processors.redrive.acking import Acked, read_acks
from processors.redrive.attempts import read_attempts, told_apart
from processors.redrive.events import Events
from processors.redrive.filters import Filters
from processors.redrive.letters import Letter, Wanted, dlq_owners, read_letters
from processors.redrive.sources import source_of, sources
from processors.redrive.timeline import Timeline, timeline
from processors.subscriptions.world import World

Sees: TypeAlias = Callable[[str], bool]
"""Whether a subscription is there for whoever asks."""
LettersOf: TypeAlias = Callable[[World, str, Wanted], AsyncIterator[Sequence[Letter]]]


class Source(NamedTuple):
    """An event's record; `outline`: what else is known of it where that is gone."""

    record: Record
    outline: Event | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is known of an event or an order without Kafka.

    Attributes:
        since_ms: What came to Kafka from then on may not be in it.
        sources: By webhook-id, in order of their time.
        of_order: Whether an order was asked for, which may have more by now.
    """

    since_ms: int
    sources: Mapping[str, Source | None] = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()
    acks: Sequence[Acked] = ()
    of_order: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """By whom, and what is asked for."""

    world: World
    name: str
    since_ms: int
    sees: Sees | None

    def may_see(self, subscription: str) -> bool:
        return self.sees is None or self.sees(subscription)


async def trace(
    world: World,
    name: str,
    since_ms: int,
    *,
    sees: Sees | None = None,
    known: Remembered | None = None,
    letters_of: LettersOf = read_letters,
) -> Sequence[Timeline]:
    """The lives of the events with this webhook-id or own id, or of this order.

    Looks at what happened since `since_ms`. A webhook-id is found by its attempts; all
    else by reading the source topics from then on. An order's events may have any
    keys: those under its own may be some of them only. With what is `known` only what
    came to Kafka after that is read, and no dead letter is looked for without attempt.

    Who does not see all subscriptions waits as long for what befell others alone as
    for what never was: the same is read.

    Raises:
        RegistryUnavailableError: the registry gave no usable answer.
    """
    asked = _Asked(world, name, since_ms if known is None else known.since_ms, sees)
    found = await (_gathered(asked) if known is None else _completed(asked, known))
    letters: Sequence[Letter] = ()
    if found.attempts or (known is None and (found.sources or sees)):
        ids = [*found.sources] or [name]
        letters = await _letters(asked, ids, found.attempts, letters_of)
    lives = [await _life(world, event_id, found, letters) for event_id in found.sources]
    return [life for life in lives if life is not None]


async def _gathered(asked: _Asked) -> Remembered:
    """All there is, from Kafka alone."""
    since_ms, name = asked.since_ms, asked.name
    attempts = await _attempts(asked, [name])
    if attempts:
        found = {name: await source_of(asked.world, attempts[0], since_ms)}
    else:
        records = await sources(asked.world, since_ms, lambda one: name in _names(one))
        found = dict(records)
        if found or asked.sees:
            # With two keys all is read, with one its partition.
            ids = [name, "", *found] if asked.sees else [*found]
            attempts = await _attempts(asked, ids)
    acks = await _acks(asked, [*found] or [name]) if found or asked.sees else ()
    return Remembered(
        since_ms=since_ms,
        sources={key: one and Source(one) for key, one in found.items()},
        attempts=attempts,
        acks=acks,
    )


async def _completed(asked: _Asked, known: Remembered) -> Remembered:
    """What is known, and what came since."""
    name, found = asked.name, dict(known.sources)
    if known.of_order or not found:
        newer = await sources(
            asked.world,
            asked.since_ms,
            lambda one: one.subject == name if known.of_order else name in _ids(one),
        )
        found |= {key: Source(one) for key, one in newer.items() if key not in found}
    ids = [*found] or [name]
    tries, said = await asyncio.gather(_attempts(asked, ids), _acks(asked, ids))
    return replace(
        known,
        sources=found,
        attempts=told_apart((*known.attempts, *tries)),
        acks=tuple(dict.fromkeys((*known.acks, *said))),
    )


def _ids(event: Event) -> tuple[str, ...]:
    return (event.webhook_id, event.id)


def _names(event: Event) -> tuple[str, ...]:
    return (*_ids(event), event.subject)


async def _life(
    world: World, event_id: str, found: Remembered, letters: Sequence[Letter]
) -> Timeline | None:
    source = found.sources[event_id]
    event = source.outline if source else None
    wanted_by: Collection[str] = ()
    if source is not None and source.record.value is not None:
        try:
            event = await Events(world.schemas).of(source.record)
        except DecodeError:
            event = None
        if event is not None:
            wanted_by = await _wanted_by(world, event, source.record)
    return timeline(
        [one for one in found.attempts if one.event_id == event_id],
        [one for one in letters if one.event_id == event_id],
        event=event,
        record=source.record if source else None,
        wanted_by=wanted_by,
        acks=[one for one in found.acks if one.event_id == event_id],
    )


async def _wanted_by(world: World, event: Event, record: Record) -> Collection[str]:
    """Those that match now and were there already when it was produced."""
    there = [
        s
        for s in world.table.all()
        if s.created_at is None
        or s.created_at.timestamp() * 1000 <= record.timestamp_ms
    ]
    return (await Filters(world, there).match(event)).subscriptions


async def _attempts(asked: _Asked, events: Collection[str]) -> Sequence[Attempt]:
    since_ms = asked.since_ms
    return [
        attempt
        async for batch in read_attempts(asked.world, since_ms=since_ms, events=events)
        for attempt in batch
        if asked.may_see(attempt.subscription)
    ]


async def _acks(asked: _Asked, events: Collection[str]) -> Sequence[Acked]:
    return [
        one
        async for one in read_acks(asked.world, asked.since_ms, events)
        if asked.may_see(one.subscription)
    ]


async def _letters(
    asked: _Asked,
    events: Sequence[str],
    attempts: Sequence[Attempt],
    letters_of: LettersOf,
) -> Sequence[Letter]:
    """Dead letters where the attempts say there are some; everywhere without any."""
    dead = {a.subscription for a in attempts if a.route.startswith("dead_letter")}
    replayed = {a.subscription for a in attempts if a.replay}
    owners = [one for one in await dlq_owners(asked.world) if asked.may_see(one)]
    if attempts:
        owners = [owner for owner in owners if owner in dead | replayed]
    return [
        letter
        for owner in owners
        async for batch in letters_of(asked.world, owner, Wanted(events=events))
        for letter in batch
    ]
