"""Finding out what befell an event or all events of an order."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar

from bus.delivery.delivery import Attempt, Origin
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Record
from processors.redrive.attempts import read_attempts
from processors.redrive.events import Events
from processors.redrive.filters import Filters
from processors.redrive.letters import Letter, Wanted, dlq_owners, read_letters
from processors.redrive.timeline import Timeline, timeline
from processors.subscriptions.world import World

Sees: TypeAlias = Callable[[str], bool]
"""Whether a subscription is there for whoever asks."""


async def trace(
    world: World, name: str, since_ms: int, *, sees: Sees | None = None
) -> Sequence[Timeline]:
    """The lives of the events with this webhook-id or own id, or of this order.

    Looks at what happened since `since_ms`. A webhook-id is found by its attempts; all
    else by reading the source topics from then on. An order's events may have any
    keys: those under its own may be some of them only.

    Who does not see all subscriptions waits as long for what befell others alone as
    for what never was: the same is read.

    Raises:
        RegistryUnavailableError: the registry gave no usable answer.
    """
    attempts = await _attempts(world, [name], since_ms, sees)
    if attempts:
        found = [(name, await _source_of(world, attempts[0], since_ms))]
    else:
        records = await _sources(world, since_ms, name)
        found = [(event_id, record) for event_id, record in records.items()]
        if records or sees:
            # With two keys all is read, with one its partition.
            ids = [name, "", *records] if sees else list(records)
            attempts = await _attempts(world, ids, since_ms, sees)
    letters: Sequence[Letter] = ()
    if found or sees:
        ids = [event_id for event_id, _ in found] or [name]
        letters = await _letters(world, ids, attempts, sees)
    lives = [
        await _life(world, record, _of(attempts, event_id), _of(letters, event_id))
        for event_id, record in found
    ]
    return [life for life in lives if life is not None]


async def _life(
    world: World,
    record: Record | None,
    attempts: Sequence[Attempt],
    letters: Sequence[Letter],
) -> Timeline | None:
    event: Event | None = None
    wanted_by: Collection[str] = ()
    if record is not None:
        try:
            event = await Events(world.schemas).of(record)
        except DecodeError:
            event = None
    if event is not None and record is not None:
        wanted_by = await _wanted_by(world, event, record)
    return timeline(attempts, letters, event=event, record=record, wanted_by=wanted_by)


async def _wanted_by(world: World, event: Event, record: Record) -> Collection[str]:
    """Those that match now and were there already when it was produced."""
    there = [
        s
        for s in world.table.all()
        if s.created_at is None
        or s.created_at.timestamp() * 1000 <= record.timestamp_ms
    ]
    return (await Filters(world, there).match(event)).subscriptions


async def _attempts(
    world: World, events: Collection[str], since_ms: int, sees: Sees | None
) -> Sequence[Attempt]:
    return [
        attempt
        async for batch in read_attempts(world, since_ms=since_ms, events=events)
        for attempt in batch
        if sees is None or sees(attempt.subscription)
    ]


async def _letters(
    world: World,
    events: Sequence[str],
    attempts: Sequence[Attempt],
    sees: Sees | None,
) -> Sequence[Letter]:
    """Dead letters where the attempts say there are some; everywhere without any."""
    dead = {a.subscription for a in attempts if a.route.startswith("dead_letter")}
    replayed = {a.subscription for a in attempts if a.replay}
    owners = [one for one in await dlq_owners(world) if sees is None or sees(one)]
    if attempts:
        owners = [owner for owner in owners if owner in dead | replayed]
    return [
        letter
        for owner in owners
        async for batch in read_letters(world, owner, Wanted(events=events))
        for letter in batch
    ]


async def _source_of(world: World, attempt: Attempt, since_ms: int) -> Record | None:
    """The source record of an attempt, if it is kept still.

    Where the order id is the key, one partition is read. In a topic made anew another
    event stands there.
    """
    for key in (attempt.order_id.encode(), None):
        record = await _at(world, attempt.origin, since_ms, key)
        if record is not None:
            break
    else:
        return None
    try:
        event = await Events(world.schemas).outline(record)
    except DecodeError:
        return None
    return record if event.webhook_id == attempt.event_id else None


async def _at(
    world: World, place: Origin, since_ms: int, key: bytes | None
) -> Record | None:
    start = {place.partition: place.offset}
    async for batch in world.reader.read(
        place.topic, since_ms=since_ms, key=key, start=start
    ):
        for record in batch:
            if (record.partition, record.offset) == (place.partition, place.offset):
                return record
    return None


async def _sources(world: World, since_ms: int, name: str) -> Mapping[str, Record]:
    """Source records by webhook-id, in order of their time.

    `name` is an order's, or an event's webhook-id or own id.
    """
    events = Events(world.schemas)
    found: list[tuple[str, Record]] = []
    for topic in world.topology.sources:
        async for batch in world.reader.read(topic, since_ms=since_ms):
            for record in batch:
                try:
                    event = await events.outline(record)
                except DecodeError:
                    continue
                if name in (event.webhook_id, event.id, event.subject):
                    found.append((event.webhook_id, record))
    found.sort(key=lambda pair: pair[1].timestamp_ms)
    return dict(found)


class _OfEvent(Protocol):
    @property
    def event_id(self) -> str: ...


_Item = TypeVar("_Item", bound=_OfEvent)


def _of(items: Sequence[_Item], event_id: str) -> Sequence[_Item]:
    return [item for item in items if item.event_id == event_id]
