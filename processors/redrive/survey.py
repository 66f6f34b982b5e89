"""A topic of dead letters in outline, as far back as anybody has asked.

A plan is a count by time, type, order, reason, and a job sends what was counted. Both
would read the topic, twice: marks stand behind what they mark. Here each stretch is
read once, from the newest on, no further back than is asked for; later only what was
written since. About 400 bytes a letter. What was read when a plan's time was over is
not read again.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping

from typing_extensions import override

from bus.delivery.marks import Mark
from bus.errors import TopicError
from bus.record import Record
from processors.redrive.backwards import Places, Stretch
from processors.redrive.fates import Fates
from processors.redrive.letters import Outline
from processors.subscriptions.world import World

MOST_OUTLINES = 200_000
"""Beyond, who asks reads the topic: memory has an end."""
CHUNK = 5_000
"""So many records are read before they are known."""


class TooManyError(Exception):
    """There are more than may be remembered."""


class _MadeAnewError(Exception):
    """The topic is another one than that of which something is known."""


class Survey(Fates):
    """Of one topic."""

    def __init__(
        self,
        outline: Callable[[Record], Awaitable[Outline]],
        mark: Callable[[Record], Mark | None],
        most: int = MOST_OUTLINES,
    ) -> None:
        super().__init__()
        self._outline = outline
        self._mark = mark
        self._most = most
        self._outlines: dict[int, dict[int, Outline]] = {}
        self._oldest_ms: dict[int, int] = {}

    @override
    def __len__(self) -> int:
        """How many letters and fates are held."""
        return super().__len__() + self.held

    @property
    def held(self) -> int:
        """How many letters."""
        return sum(map(len, self._outlines.values()))

    @override
    def forget(self, ends: Places) -> None:
        """Know nothing but where the ends are."""
        super().forget(ends)
        self._outlines.clear()
        self._oldest_ms.clear()

    def letters(self) -> Iterator[tuple[int, int, Outline]]:
        """Partition, offset, and what stands there, with its fate."""
        for partition, outlines in self._outlines.copy().items():
            for offset, one in outlines.copy().items():
                fate, _ = self.at(partition, offset)
                yield partition, offset, one._replace(fate=fate)

    async def catch_up(self, world: World, topic: str, since_ms: int | None) -> None:
        """Know all from a time on, None: from the beginning.

        Raises:
            TooManyError: that is more than may be remembered.
            TopicError: there is no such topic.
            BrokerUnavailableError: Kafka gives no answer.
            RegistryUnavailableError: as `read_letters`.
        """
        async with self.turn:
            lags = await world.groups.lag(f"{world.group_prefix}status.dlq", [topic])
            if not lags:
                raise TopicError(f"{topic}: no such topic; `bus topics apply` makes it")
            there = {
                x.partition: Stretch(lag.start, lag.end) for x, lag in lags.items()
            }
            try:
                await self._know(world, topic, there, since_ms)
            except _MadeAnewError:
                self.forget({p: stretch.end for p, stretch in there.items()})
                await self._know(world, topic, there, since_ms)

    async def _know(
        self,
        world: World,
        topic: str,
        there: Mapping[int, Stretch],
        since_ms: int | None,
    ) -> None:
        ends = {partition: stretch.end for partition, stretch in there.items()}
        while newer := self.newer(ends):
            await self._read(world, topic, _lowest(newer))
            self._check_room(ends)
        starts = {partition: stretch.first for partition, stretch in there.items()}
        self._drop_expired(starts)
        while missing := self._missing_since(starts, since_ms):
            left = sum(end - first for first, end in missing.values())
            if since_ms is None and self.held + left > self._most:
                raise TooManyError
            await self._read(world, topic, _highest(missing))
            self._check_room(ends)

    def _check_room(self, ends: Places) -> None:
        if self.held > self._most:
            self.forget(ends)
            raise TooManyError

    def _missing_since(
        self, starts: Places, since_ms: int | None
    ) -> Mapping[int, Stretch]:
        missing = self.missing(starts)
        if since_ms is None:
            return missing
        oldest = self._oldest_ms
        return {p: s for p, s in missing.items() if oldest.get(p, since_ms) >= since_ms}

    def _drop_expired(self, starts: Places) -> None:
        """Kafka has deleted what stands below these offsets."""
        for partition, outlines in self._outlines.items():
            first = starts.get(partition, 0)
            for offset in [offset for offset in outlines if offset < first]:
                del outlines[offset]

    async def _read(
        self, world: World, topic: str, stretches: Mapping[int, Stretch]
    ) -> None:
        marks: list[Mark] = []
        found: list[tuple[int, int, Outline]] = []
        oldest: dict[int, int] = {}
        async for batch in world.reader.read(
            topic,
            start={p: stretch.first for p, stretch in stretches.items()},
            stop={p: stretch.end for p, stretch in stretches.items()},
        ):
            for record in batch:
                self._check(record)
                oldest.setdefault(record.partition, record.timestamp_ms)
                if (mark := self._mark(record)) is not None:
                    marks.append(mark)
                else:
                    outline = await self._outline(record)
                    found.append((record.partition, record.offset, outline))
        self.learn(stretches, marks)
        for partition, offset, outline in found:
            self._outlines.setdefault(partition, {})[offset] = outline
        for partition, at_ms in oldest.items():
            before = self._oldest_ms.get(partition, at_ms)
            self._oldest_ms[partition] = min(before, at_ms)

    def _check(self, record: Record) -> None:
        if self.topic_id and record.topic_id != self.topic_id:
            raise _MadeAnewError
        self.topic_id = record.topic_id


def _lowest(stretches: Mapping[int, Stretch]) -> Mapping[int, Stretch]:
    """Their beginnings, together a chunk."""
    each = max(1, CHUNK // len(stretches))
    return {
        p: Stretch(s.first, min(s.end, s.first + each)) for p, s in stretches.items()
    }


def _highest(stretches: Mapping[int, Stretch]) -> Mapping[int, Stretch]:
    """Their ends, together a chunk."""
    each = max(1, CHUNK // len(stretches))
    return {p: Stretch(max(s.first, s.end - each), s.end) for p, s in stretches.items()}
