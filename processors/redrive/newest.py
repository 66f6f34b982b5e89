"""Dead letters and quarantined records from the newest on, without a whole topic.

A page reads at most `MOST_READ` records, however many there are: what is not found
within them is looked for from there on by the next page.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

from bus.delivery.marks import Mark
from bus.delivery.quarantine import is_quarantined
from bus.errors import TopicError
from bus.record import Record
from processors.redrive.backwards import Backwards, Found, Places, Seen, Stretch
from processors.redrive.events import Events
from processors.redrive.fates import Fates, KnownFates
from processors.redrive.letters import Letter, Wanted, letter_mark, letter_of
from processors.redrive.quarantine import Item, WantedItems, item_mark, item_of
from processors.subscriptions.world import World

MOST_READ = 10_000
ItemT = TypeVar("ItemT", Letter, Item)


class Part(NamedTuple, Generic[ItemT]):
    """Some of a list; `rest`: where it goes on, None at its end."""

    items: list[ItemT]
    rest: Places | None


@dataclass(frozen=True, slots=True)
class From:
    """From where on, and how many at most; without places from the newest on."""

    limit: int
    places: Places | None = None
    most: int = MOST_READ


@dataclass(frozen=True, slots=True)
class _Kind(Generic[ItemT]):
    """What is read from a topic.

    `item` is what a record is, if it may be meant, whatever its fate; `meant` says
    whether it is, once that is known.
    """

    topic: str
    since_ms: int | None
    mark: Callable[[Record], Mark | None]
    item: Callable[[Record], Awaitable[ItemT | None]]
    meant: Callable[[ItemT], bool]


async def newest_letters(
    world: World, known: KnownFates, subscription: str, wanted: Wanted, start: From
) -> Part[Letter]:
    """Dead letters from the newest on; what is in them is left out.

    Raises:
        TopicError: there is no such topic.
        BrokerUnavailableError: Kafka gives no answer.
        RegistryUnavailableError: as `read_letters`.
    """
    events, any_fate = Events(world.schemas), replace(wanted, fates=())

    async def item(record: Record) -> Letter | None:
        letter = await letter_of(subscription, record, None, events)
        if not any_fate.holds(letter):
            return None
        return replace(letter, record=_emptied(record))

    topic = world.topology.dlq_topic(subscription)
    kind = _Kind(topic, wanted.since_ms, letter_mark, item, wanted.holds)
    return await _newest(world, known.of(topic), kind, start)


async def newest_items(
    world: World, known: KnownFates, wanted: WantedItems, start: From
) -> Part[Item]:
    """Quarantined records from the newest on; what is in them is left out.

    Raises:
        TopicError: there is no such topic.
        BrokerUnavailableError: Kafka gives no answer.
    """
    any_fate = replace(wanted, fates=())

    async def item(record: Record) -> Item | None:
        if not is_quarantined(record):
            return None
        found = item_of(record, None)
        if not any_fate.holds(found):
            return None
        source = _emptied(found.source)
        return replace(found, record=_emptied(record), source=source)

    topic = world.topology.quarantine
    kind = _Kind(topic, wanted.since_ms, item_mark, item, wanted.holds)
    return await _newest(world, known.of(topic), kind, start)


async def enough(
    limit: int, part: Callable[[From], Awaitable[Part[ItemT]]]
) -> Part[ItemT]:
    """So many of a list, over as many parts as it takes."""
    found: list[ItemT] = []
    places: Places | None = None
    while True:
        items, places = await part(From(limit - len(found), places))
        found += items
        if places is None or len(found) >= limit:
            return Part(found, places)


class _MadeAnewError(Exception):
    """The topic is another one than that whose fates are known."""


async def _newest(
    world: World, fates: Fates, kind: _Kind[ItemT], start: From
) -> Part[ItemT]:
    lags = await world.groups.lag(f"{world.group_prefix}status.dlq", [kind.topic])
    if not lags:
        raise TopicError(f"{kind.topic}: no such topic; `bus topics apply` makes it")
    there = {tp.partition: Stretch(lag.start, lag.end) for tp, lag in lags.items()}
    async with fates.turn:
        try:
            return await _Page(world, fates, kind).part(there, start)
        except _MadeAnewError:
            fates.forget({p: stretch.end for p, stretch in there.items()})
            anew = replace(start, places=None)
            return await _Page(world, fates, kind).part(there, anew)


class _Page(Generic[ItemT]):
    """One page: the fates from where it begins to the end, then what is in it."""

    def __init__(self, world: World, fates: Fates, kind: _Kind[ItemT]) -> None:
        self._world = world
        self._fates = fates
        self._kind: _Kind[ItemT] = kind

    async def part(self, there: Mapping[int, Stretch], start: From) -> Part[ItemT]:
        places = start.places or {}
        begins = {
            partition: Stretch(first, min(end, max(first, places.get(partition, end))))
            for partition, (first, end) in there.items()
        }
        ends = {partition: stretch.end for partition, stretch in there.items()}
        goes_on = {partition: stretch.end for partition, stretch in begins.items()}
        left = await self._catch_up(ends, goes_on, start.most)
        if left <= 0:
            return Part([], goes_on)
        since_ms = self._kind.since_ms
        backwards = Backwards(self._read, begins, most=left, since_ms=since_ms)
        items = await backwards.take(start.limit)
        return Part(items, backwards.rest())

    async def _catch_up(self, ends: Places, places: Places, most: int) -> int:
        """Know the fates from `places` on; how many records may be read besides."""
        newer = self._fates.newer(ends)
        if _length(newer) >= most:
            self._fates.forget(ends)
        elif newer:
            await self._look(newer)
            most -= _length(newer)
        while most > 0 and (missing := self._fates.missing(places)):
            each = max(1, most // len(missing))
            some = {
                partition: Stretch(max(first, end - each), end)
                for partition, (first, end) in missing.items()
            }
            await self._look(some)
            most -= _length(some)
        return most

    async def _look(self, stretches: Mapping[int, Stretch]) -> None:
        """Learn the fates only."""
        async for _ in self._records(stretches):
            pass

    async def _read(
        self, stretches: Mapping[int, Stretch]
    ) -> Mapping[int, Seen[ItemT]]:
        items: list[tuple[Record, ItemT]] = []
        oldest: dict[int, int] = {}
        async for record in self._records(stretches):
            oldest.setdefault(record.partition, record.timestamp_ms)
            if (item := await self._kind.item(record)) is not None:
                items.append((record, item))
        seen = {p: Seen[ItemT]([], oldest.get(p)) for p in stretches}
        for record, item in items:  # all marks behind them were read by now
            fate, at_ms = self._fates.of(record)
            fated = replace(item, fate=fate, marked_at_ms=at_ms)
            if self._kind.meant(fated):
                found = Found(record.offset, record.timestamp_ms, fated)
                seen[record.partition].found.append(found)
        return seen

    async def _records(self, stretches: Mapping[int, Stretch]) -> AsyncIterator[Record]:
        """All but marks; in the end the fates are known."""
        marks: list[Mark] = []
        async for batch in self._world.reader.read(
            self._kind.topic,
            start={p: stretch.first for p, stretch in stretches.items()},
            stop={p: stretch.end for p, stretch in stretches.items()},
        ):
            for record in batch:
                self._check(record)
                if (mark := self._kind.mark(record)) is None:
                    yield record
                else:
                    marks.append(mark)
        self._fates.learn(stretches, marks)

    def _check(self, record: Record) -> None:
        known = self._fates.topic_id
        if known and record.topic_id != known:
            raise _MadeAnewError
        self._fates.topic_id = record.topic_id


def _length(stretches: Mapping[int, Stretch]) -> int:
    return sum(end - first for first, end in stretches.values())


def _emptied(record: Record) -> Record:
    """A record as a list holds it: it may be large."""
    return record if record.value is None else record._replace(value=b"")
