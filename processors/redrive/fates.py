"""What became of the records at the end of a topic, as far back as it was read.

A mark stands behind what it marks, so whoever goes on from the middle of a topic has
to know the marks from there to its end. They are remembered from one page to the next,
about 100 bytes each.
"""

import asyncio
from collections.abc import Iterable, Mapping

from bus.delivery.marks import Fate, Mark
from bus.record import Record
from processors.redrive.backwards import Places, Stretch
from processors.redrive.lately import Lately

MOST_FATES = 1_000_000
"""Of all topics; beyond, the ones that were not asked for longest are forgotten."""
_FATES = tuple(Fate)


class Fates:
    """The fates in one topic; of each partition a stretch up to its end is known."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.topic_id = ""
        self._known: dict[int, Stretch] = {}
        self._fates: dict[int, dict[int, int]] = {}

    def __len__(self) -> int:
        """How many are held."""
        return sum(map(len, self._fates.values()))

    def forget(self, ends: Places) -> None:
        """Know nothing but where the ends are."""
        self.topic_id = ""
        self._fates.clear()
        self._known = {p: Stretch(end, end) for p, end in ends.items()}

    def newer(self, ends: Places) -> Mapping[int, Stretch]:
        """What was written since; a topic that has shrunk is another one."""
        if any(ends.get(p, -1) < known.end for p, known in self._known.items()):
            self.forget(ends)
        for partition in ends.keys() - self._known.keys():
            self._known[partition] = Stretch(ends[partition], ends[partition])
        known = self._known
        return {
            p: Stretch(known[p].end, end)
            for p, end in ends.items()
            if known[p].end < end
        }

    def missing(self, places: Places) -> Mapping[int, Stretch]:
        """What has to be read before the fates from these offsets on are known."""
        known = self._known
        return {
            p: Stretch(place, known[p].first)
            for p, place in places.items()
            if place < known[p].first
        }

    def learn(self, stretches: Mapping[int, Stretch], marks: Iterable[Mark]) -> None:
        """Take in the marks of stretches that adjoin what is known; the last counts."""
        said: dict[tuple[int, int], Mark] = {(m.partition, m.offset): m for m in marks}
        newer = any(s.first >= self._known[p].end for p, s in stretches.items())
        for (partition, offset), mark in said.items():
            fates = self._fates.setdefault(partition, {})
            if newer or offset not in fates:
                fates[offset] = mark.at_ms * len(_FATES) + _FATES.index(mark.fate)
        for partition, (first, end) in stretches.items():
            known = self._known[partition]
            self._known[partition] = Stretch(
                min(known.first, first), max(known.end, end)
            )

    def of(self, record: Record) -> tuple[Fate, int]:
        """A record's fate, and since when in epoch milliseconds."""
        return self.at(record.partition, record.offset)

    def at(self, partition: int, offset: int) -> tuple[Fate, int]:
        """The same of what stands at a place."""
        packed = self._fates.get(partition, {}).get(offset)
        if packed is None:
            return Fate.PENDING, 0
        at_ms, fate = divmod(packed, len(_FATES))
        return _FATES[fate], at_ms


class KnownFates:
    """Of all topics that were asked for lately."""

    def __init__(self, most: int = MOST_FATES) -> None:
        self._lately: Lately[Fates] = Lately(most)

    def of(self, topic: str) -> Fates:
        """Those of a topic; it is the last to be forgotten."""
        return self._lately.of(topic, Fates)
