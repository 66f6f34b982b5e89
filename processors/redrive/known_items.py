"""Where in quarantine stands what came from a place, so that it is read from there.

A record's own place is what it is asked for by, and quarantine is not in that order.
Who asks often remembers where each stands: the topic is read once, later only what was
written since; about 200 bytes a record.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from bus.delivery.marks import Mark
from bus.delivery.quarantine import is_quarantined, read_quarantined
from bus.errors import TopicError
from bus.record import Record
from processors.redrive.backwards import Places, Stretch
from processors.redrive.quarantine import (
    Item,
    WantedItems,
    item_mark,
    item_of,
    read_items,
)
from processors.subscriptions.world import World

MOST_ITEMS = 1_000_000
"""Beyond, all is forgotten and read again: memory has an end, too."""
Spot = tuple[int, int]
"""Partition and offset in quarantine."""


class KnownItems:
    """The places of one quarantine topic, as far as it was read."""

    def __init__(self, most: int = MOST_ITEMS) -> None:
        self._most = most
        self._turn = asyncio.Lock()
        self._topic_id = ""
        self._next: dict[int, int] = {}
        self._spots: dict[str, Sequence[Spot]] = {}
        self._marks: dict[Spot, Mark] = {}

    async def of(self, world: World, places: Iterable[str]) -> list[Item]:
        """All that was put aside from these places, in the order in which it was.

        Raises:
            TopicError: there is no such topic.
            BrokerUnavailableError: Kafka gives no answer.
        """
        topic = world.topology.quarantine
        async with self._turn:
            await self._catch_up(world, topic)
            spots = [spot for place in places for spot in self._spots.get(place, ())]
            marks = {spot: self._marks.get(spot) for spot in spots}
        found = []
        for spot in spots:
            record = await world.reader.at(topic, *spot)
            if record is not None:  # else it has expired
                found.append(item_of(record, marks[spot]))
        return sorted(found, key=lambda item: item.at_ms)

    async def read(
        self, world: World, wanted: WantedItems
    ) -> AsyncIterator[Sequence[Item]]:
        """As `read_items`; what is named by its place is read from there."""
        if not wanted.places:
            async for batch in read_items(world, wanted):
                yield batch
            return
        items = await self.of(world, dict.fromkeys(wanted.places))
        yield [item for item in items if wanted.holds(item)]

    async def _catch_up(self, world: World, topic: str) -> None:
        group = f"{world.group_prefix}status.dlq"
        lags = await world.groups.lag(group, [topic])
        if not lags:
            raise TopicError(f"{topic}: no such topic; `bus topics apply` makes it")
        there = {tp.partition: Stretch(lag.start, lag.end) for tp, lag in lags.items()}
        ends = {partition: stretch.end for partition, stretch in there.items()}
        if self._is_another(ends) or len(self._spots) > self._most:
            self._forget()
        if not await self._read(world, topic, there):  # made anew as long as it was
            self._forget()
            await self._read(world, topic, there)

    def _is_another(self, ends: Places) -> bool:
        """Whether the topic has shrunk: it was made anew."""
        return any(ends.get(p, -1) < next_ for p, next_ in self._next.items())

    def _forget(self) -> None:
        self._topic_id = ""
        self._next.clear()
        self._spots.clear()
        self._marks.clear()

    async def _read(
        self, world: World, topic: str, there: Mapping[int, Stretch]
    ) -> bool:
        """Learn what was written since; False if it is of another topic."""
        new = {
            p: Stretch(max(first, self._next.get(p, first)), end)
            for p, (first, end) in there.items()
        }
        new = {p: stretch for p, stretch in new.items() if stretch.first < stretch.end}
        if not new:
            return True
        async for batch in world.reader.read(
            topic,
            start={p: stretch.first for p, stretch in new.items()},
            stop={p: stretch.end for p, stretch in new.items()},
        ):
            for record in batch:
                if self._topic_id not in {"", record.topic_id}:
                    return False
                self._topic_id = record.topic_id
                self._learn(record)
        self._next |= {p: stretch.end for p, stretch in new.items()}
        return True

    def _learn(self, record: Record) -> None:
        spot = (record.partition, record.offset)
        if is_quarantined(record):
            place = read_quarantined(record).place
            place = place or f"{record.topic}/{spot[0]}/{spot[1]}"
            known = self._spots.get(place, ())
            if spot not in known:
                self._spots[place] = (*known, spot)
        elif (mark := item_mark(record)) is not None:
            self._marks[mark.partition, mark.offset] = mark
