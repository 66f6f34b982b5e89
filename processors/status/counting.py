"""How many dead letters and quarantined records wait for somebody."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from bus.delivery.marks import Fate, Mark, read_mark
from bus.delivery.quarantine import is_quarantined
from bus.errors import DecodeError, OrderbusError
from bus.ports import Lag
from bus.record import Record, TopicPartition
from processors.subscriptions.world import World

_AT_ONCE = 8
MOST_READ = 10_000
"""A topic that holds more is not read to be counted."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many are pending. Where not all of a topic is read, at most so many."""

    records: int
    exact: bool = True


async def pending_letters(
    world: World, topics: Collection[str], within_s: float
) -> Mapping[str, Count]:
    """Pending dead letters by dead-letter topic.

    Raises:
        BrokerUnavailableError: no answer.
    """
    lags = await world.groups.lag(f"{world.group_prefix}status.dlq", topics)
    return await _pending(world, _held(lags), _is_letter, within_s)


async def pending_quarantine(world: World, within_s: float) -> Count:
    """Pending records in quarantine.

    Raises:
        BrokerUnavailableError: no answer.
    """
    topic = world.topology.quarantine
    lags = await world.groups.lag(f"{world.group_prefix}status.quarantine", [topic])
    found = await _pending(world, _held(lags), is_quarantined, within_s)
    return found.get(topic, Count(0))


def _held(lags: Mapping[TopicPartition, Lag]) -> Mapping[str, int]:
    """How many offsets each topic holds, which is the same for any group."""
    held: dict[str, int] = {}
    for tp, lag in lags.items():
        held[tp.topic] = held.get(tp.topic, 0) + lag.end - lag.start
    return held


async def _pending(
    world: World,
    held: Mapping[str, int],
    is_item: Callable[[Record], bool],
    within_s: float,
) -> Mapping[str, Count]:
    """Count by topic: what is empty or large is not read, what is late is bounded."""
    turn = asyncio.Semaphore(_AT_ONCE)
    reading = {
        topic: asyncio.create_task(_read(world, topic, is_item, turn))
        for topic, records in held.items()
        if 0 < records <= MOST_READ
    }
    if reading:
        await asyncio.wait(reading.values(), timeout=within_s)
    counts = {
        topic: Count(records, exact=not records)
        for topic, records in held.items()
        if topic not in reading
    }
    for topic, task in reading.items():
        counts[topic] = _counted(task) or Count(held[topic], exact=False)
        task.cancel()
    return counts


def _counted(task: "asyncio.Task[int]") -> Count | None:
    if not task.done():
        return None
    failed = task.exception()
    if isinstance(failed, OrderbusError):
        return None
    return Count(task.result())


async def _read(
    world: World,
    topic: str,
    is_item: Callable[[Record], bool],
    turn: asyncio.Semaphore,
) -> int:
    items: set[tuple[int, int]] = set()
    marked: set[tuple[int, int]] = set()
    async with turn:
        async for batch in world.reader.read(topic):
            items |= {(r.partition, r.offset) for r in batch if is_item(r)}
            for mark in filter(None, map(_mark, batch)):
                place = (mark.partition, mark.offset)
                given_back = mark.fate is Fate.PENDING
                (marked.discard if given_back else marked.add)(place)
    return len(items - marked)


def _is_letter(record: Record) -> bool:
    return _mark(record) is None


def _mark(record: Record) -> Mark | None:
    if record.value is not None or is_quarantined(record):
        return None
    try:
        return read_mark(record)
    except DecodeError:
        return None
