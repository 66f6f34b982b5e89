"""What came last, as much as there is room for. Pure."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from bus.log.rows import AttemptRow, EventRow, Place
from processors.live.positions import Positions

LiveRow: TypeAlias = EventRow | AttemptRow
_OVERHEAD = 600


class Item(NamedTuple):
    """A record, and what it says; None: nothing that anybody listens for."""

    at: Place
    row: LiveRow | None


class Ring:
    """Holds the newest items, numbered as they came.

    `starts` says from which offset on a partition is here, `ends` where it goes on.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self.starts: Positions = {}
        self.ends: Positions = {}
        self.first = 0
        self.next = 0
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._held: dict[int, Item] = {}

    def begin(self, ends: Positions) -> None:
        """Partitions are followed from here on."""
        self.starts.update(ends)
        self.ends.update(ends)

    def forget(self, topics: Collection[str]) -> None:
        """Topics are followed no more."""
        for positions in (self.starts, self.ends):
            for tp in [tp for tp in positions if tp.topic in topics]:
                del positions[tp]

    def append(self, item: Item) -> None:
        """Take the newest; the oldest go where room is needed."""
        tp = item.at.topic_partition
        self.starts.setdefault(tp, 0)
        self.ends[tp] = item.at.offset + 1
        self._held[self.next] = item
        self.next += 1
        self._bytes += _size(item)
        while len(self._held) > self._most or self._bytes > self._most_bytes:
            self._drop()

    def after(self, number: int, most: int) -> Sequence[Item] | None:
        """Items from a number on; None if some of them are gone."""
        if number < self.first:
            return None
        return list(self._slice(number, min(number + most, self.next)))

    def _slice(self, first: int, end: int) -> Iterator[Item]:
        for number in range(first, end):
            yield self._held[number]

    def _drop(self) -> None:
        gone = self._held.pop(self.first)
        self.first += 1
        self._bytes -= _size(gone)
        tp = gone.at.topic_partition
        if tp in self.starts:
            self.starts[tp] = max(self.starts[tp], gone.at.offset + 1)


def _size(item: Item) -> int:
    if item.row is None:
        return _OVERHEAD
    return _OVERHEAD + sum(len(part) for part in item.row if isinstance(part, str))
