"""Source records of events: of an attempt, or of all that fit."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from bus.delivery.delivery import Attempt, Origin
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Record
from processors.redrive.events import Events
from processors.subscriptions.world import World


async def source_of(world: World, attempt: Attempt, since_ms: int) -> Record | None:
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


async def sources(
    world: World, since_ms: int, fits: Callable[[Event], bool]
) -> Mapping[str, Record]:
    """Source records by webhook-id, in order of their time; `fits` sees outlines."""
    topics = world.topology.sources
    events = Events(world.schemas)
    found = await asyncio.gather(
        *(_fitting(world, topic, since_ms, fits, events) for topic in topics)
    )
    pairs = sorted(chain.from_iterable(found), key=lambda pair: pair[1].timestamp_ms)
    return dict(pairs)


async def _fitting(
    world: World,
    topic: str,
    since_ms: int,
    fits: Callable[[Event], bool],
    events: Events,
) -> Sequence[tuple[str, Record]]:
    found: list[tuple[str, Record]] = []
    async for batch in world.reader.read(topic, since_ms=since_ms):
        for record in batch:
            try:
                event = await events.outline(record)
            except DecodeError:
                continue
            if fits(event):
                found.append((event.webhook_id, record))
    return found
