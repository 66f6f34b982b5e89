"""Where in a topic stands what has a name, and what marks say of it.

A topic of dead letters or of quarantine is in no order that anybody asks for. Who asks
often remembers where each stands: the topic is read once, later only what was written
since, and what is asked for is read from its place. About 200 bytes a record. What was
read when a question was given up is not read again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from bus.delivery.marks import Mark
from bus.errors import TopicError
from bus.record import Record
from processors.redrive.backwards import Places, Stretch
from processors.subscriptions.world import World

MOST_SPOTS = 500_000
"""Beyond, all is forgotten and read again: memory has an end, too."""
Names: TypeAlias = Callable[[Record], Awaitable[Iterable[str]]]
"""By what a record is asked for; nothing: it is a mark, or not one of those."""
_PARTITION = 2**20


class Spotted(NamedTuple):
    """What stands at a place, and the last mark of it."""

    record: Record
    mark: Mark | None


class KnownSpots:
    """Of one topic, as far as it was read."""

    def __init__(
        self, names: Names, mark: Callable[[Record], Mark | None], most: int
    ) -> None:
        self._names = names
        self._mark = mark
        self._most = most
        self._turn = asyncio.Lock()
        self._topic_id = ""
        self._next: dict[int, int] = {}
        # Hashes of names; whoever asks looks whether it is what was meant.
        self._spots: dict[int, list[int]] = {}
        self._marks: dict[int, list[Mark]] = {}

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._spots) + len(self._marks)

    async def of(
        self, world: World, topic: str, names: Iterable[str]
    ) -> Sequence[Spotted]:
        """All that may have these names, as it stands; what has expired is left out.

        Raises:
            TopicError: there is no such topic.
            BrokerUnavailableError: Kafka gives no answer.
        """
        async with self._turn:
            await self._catch_up(world, topic)
            meant = {s for name in names for s in self._spots.get(hash(name), ())}
            marks = {spot: self._marks.get(spot, [None])[-1] for spot in sorted(meant)}
        found = []
        for spot, mark in marks.items():
            offset, partition = divmod(spot, _PARTITION)
            record = await world.reader.at(topic, partition, offset)
            if record is not None:
                found.append(Spotted(record, mark))
        return found

    async def marks(self, world: World, record: Record) -> Sequence[Mark]:
        """All marks of a record of it, in the order in which they were written.

        Raises:
            BrokerUnavailableError: Kafka gives no answer.
        """
        async with self._turn:
            await self._catch_up(world, record.topic)
            return tuple(self._marks.get(_spot(record.partition, record.offset), ()))

    async def _catch_up(self, world: World, topic: str) -> None:
        lags = await world.groups.lag(f"{world.group_prefix}status.dlq", [topic])
        if not lags:
            raise TopicError(f"{topic}: no such topic; `bus topics apply` makes it")
        there = {tp.partition: Stretch(lag.start, lag.end) for tp, lag in lags.items()}
        ends = {partition: stretch.end for partition, stretch in there.items()}
        if self._is_another(ends) or len(self) > self._most:
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
                await self._learn(record)
                self._next[record.partition] = record.offset + 1
        self._next |= {p: stretch.end for p, stretch in new.items()}
        return True

    async def _learn(self, record: Record) -> None:
        if (mark := self._mark(record)) is not None:
            of = _spot(mark.partition, mark.offset)
            self._marks.setdefault(of, []).append(mark)
            return
        spot = _spot(record.partition, record.offset)
        for name in await self._names(record):
            self._spots.setdefault(hash(name), []).append(spot)


def _spot(partition: int, offset: int) -> int:
    """A place as one number, in the order of offsets."""
    return offset * _PARTITION + partition
