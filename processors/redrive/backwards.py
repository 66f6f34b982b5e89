"""The end of a topic, the newest first: as many records as are asked for, not all.

Each partition is read in stretches from its end towards its start; what was found in
them is put in order of time. A partition is read on only when nothing newer can stand
anywhere else, so that all are read down to about the same time.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeAlias, TypeVar

ItemT = TypeVar("ItemT")

Places: TypeAlias = Mapping[int, int]
"""By partition, the offset below which reading goes on."""


class Stretch(NamedTuple):
    """Offsets of one partition, from the first to before the last."""

    first: int
    end: int


class Found(NamedTuple, Generic[ItemT]):
    """What was looked for, where it stands and when it was written."""

    offset: int
    at_ms: int
    item: ItemT


class Seen(NamedTuple, Generic[ItemT]):
    """What was found in a stretch, in order; `oldest_ms`: its first record's time."""

    found: list[Found[ItemT]]
    oldest_ms: int | None


Read: TypeAlias = Callable[
    [Mapping[int, Stretch]], Awaitable[Mapping[int, Seen[ItemT]]]
]


@dataclass(slots=True)
class _Lane(Generic[ItemT]):
    """A partition: `low` is the lowest offset that was read, `start` the first."""

    start: int
    low: int
    reached_ms: float = float("inf")
    found: list[Found[ItemT]] = field(default_factory=list)

    def head_ms(self) -> float:
        """Nothing newer can come of it."""
        if self.found:
            return self.found[-1].at_ms
        return self.reached_ms if self.low > self.start else float("-inf")

    def place(self) -> int:
        """Below which it goes on; what was found and not taken is found again."""
        return self.found[-1].offset + 1 if self.found else self.low


class Backwards(Generic[ItemT]):
    """Goes back through a topic, reading at most `most` records in all.

    Args:
        read: Reads stretches.
        stretches: What is to be read of each partition.
        since_ms: Where a partition's records are older, it ends.
        most: How many records may be read.
        width: How many the first stretches have in all; by default what suits where
            most of what is read is taken.
    """

    def __init__(
        self,
        read: Read[ItemT],
        stretches: Mapping[int, Stretch],
        *,
        most: int,
        since_ms: int | None = None,
        width: int | None = None,
    ) -> None:
        self._read = read
        self._width = width
        self._since_ms = since_ms
        self._left = most
        self._lanes: dict[int, _Lane[ItemT]] = {
            partition: _Lane(stretch.first, max(stretch.first, stretch.end))
            for partition, stretch in stretches.items()
        }

    async def take(self, limit: int) -> list[ItemT]:
        """The next ones, the newest first: so many, or what there was time for."""
        taken: list[ItemT] = []
        width = self._width or 4 * limit
        while len(taken) < limit:
            lane = max(self._lanes.values(), key=_Lane.head_ms, default=None)
            if lane is None or lane.head_ms() == float("-inf"):
                break
            if lane.found:
                taken.append(lane.found.pop().item)
            elif self._left > 0:
                await self._go_on(width)
                width *= 4
            else:
                break
        return taken

    def rest(self) -> Places | None:
        """Where it goes on from here; None if there is nothing more."""
        if all(lane.head_ms() == float("-inf") for lane in self._lanes.values()):
            return None
        return {partition: lane.place() for partition, lane in self._lanes.items()}

    async def _go_on(self, width: int) -> None:
        """Read on where nothing is left of what was read before."""
        lanes = self._lanes.values()
        newest = max((o.head_ms() for o in lanes if o.found), default=float("-inf"))
        hungry = {
            partition: lane
            for partition, lane in self._lanes.items()
            if not lane.found and lane.low > lane.start and lane.head_ms() >= newest
        }
        each = max(1, min(width, self._left) // len(hungry))
        wanted = {
            partition: Stretch(max(lane.start, lane.low - each), lane.low)
            for partition, lane in hungry.items()
        }
        self._left -= sum(end - first for first, end in wanted.values())
        seen = await self._read(wanted)
        for partition, stretch in wanted.items():
            there = seen.get(partition, Seen([], None))
            self._take_in(self._lanes[partition], stretch, there)

    def _take_in(self, lane: _Lane[ItemT], stretch: Stretch, seen: Seen[ItemT]) -> None:
        lane.low, lane.found = stretch.first, seen.found
        if seen.oldest_ms is None:
            return
        lane.reached_ms = min(lane.reached_ms, seen.oldest_ms)
        if self._since_ms is not None and seen.oldest_ms < self._since_ms:
            lane.start = lane.low
