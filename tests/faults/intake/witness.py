"""What was sent, what stands on `oms.intake`, and the judgement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import orjson

from bus.record import Record
from tests.faults.fleet import Crash
from tests.faults.intake.letters import CHANGED, RECEIVED, Letter, Mark
from tests.support.pace import patience

_BEFORE_S = 10.0
"""How long before a crash what it made may lie uncommitted, on the usual machine."""
_AFTER_S = 5.0
_SHOWN = 5


class Place(NamedTuple):
    """Where an event stands, and since when (epoch seconds)."""

    partition: int
    offset: int
    at: float


@dataclass
class Witness:
    """Everything of one run; an event is known by its order and type."""

    owed: dict[Mark, str] = field(default_factory=dict)
    taken: int = 0
    told: dict[Mark, dict[str, list[Place]]] = field(default_factory=dict)
    parked: set[Mark] = field(default_factory=set)
    next: dict[int, int] = field(default_factory=dict)
    next_parked: dict[int, int] = field(default_factory=dict)
    excused: int = 0
    """Events of letters that were never accepted, and that nobody sends again."""
    unknown: int = 0
    repeats: int = 0
    broken: list[str] = field(default_factory=list)
    _open: dict[Mark, None] = field(default_factory=dict)

    def written(self, letter: Letter) -> None:
        """It is handed to its sender."""
        self.owed.update(dict.fromkeys(letter.owed, letter.source))
        self._open.update(dict.fromkeys(letter.owed))

    def excuse(self, letter: Letter) -> None:
        """Nobody took it: it may come or not."""
        for mark in letter.owed:
            self.excused += mark in self._open
            self._open.pop(mark, None)

    def saw(self, records: Iterable[Record]) -> None:
        """Records of `oms.intake`, in the order of their partitions."""
        for record in records:
            self.next[record.partition] = record.offset + 1
            headers = dict(record.headers)
            mark = Mark((record.key or b"").decode(), headers["ce_type"].decode())
            if mark not in self.owed:
                self.unknown += 1
                continue
            place = Place(record.partition, record.offset, record.timestamp_ms / 1000)
            ids = self.told.setdefault(mark, {})
            ids.setdefault(headers["ce_id"].decode(), []).append(place)

    def saw_parked(self, records: Iterable[Record]) -> None:
        """More records of `intake.parked`."""
        for record in records:
            self.next_parked[record.partition] = record.offset + 1
            item = orjson.loads(record.value or b"{}")
            mark = Mark(str(item.get("order_id")), str(item.get("event_type")))
            self.parked.add(mark)

    def missing(self) -> list[Mark]:
        """What has not ended yet, as an event, parked, or superseded by one."""
        for mark in [mark for mark in self._open if self._has_ended(mark)]:
            del self._open[mark]
        return list(self._open)

    def _has_ended(self, mark: Mark) -> bool:
        if mark in self.told or mark in self.parked:
            return True
        # A newer version was told whole before: this one is not applied.
        return mark.type == RECEIVED and Mark(mark.order_id, CHANGED) in self.told

    # ------------------------------------------------ the judgement

    def judge(self, crashes: Sequence[Crash], broker_kills: Sequence[float]) -> None:
        """Note in `broken` each promise that was not kept."""
        if missing := self.missing():
            self.broken.append(f"{len(missing)} lost, such as {missing[:_SHOWN]}")
        if self.unknown:
            self.broken.append(f"{self.unknown} events that nobody sent")
        twice = [mark for mark, ids in self.told.items() if len(ids) > 1]
        if twice:
            self.broken.append(f"{len(twice)} told by two ids: {twice[:_SHOWN]}")
        self._judge_order()
        self._judge_repeats(crashes, broker_kills)

    def _judge_order(self) -> None:
        """Nobody is told the older after the newer."""
        wrong = []
        for mark, ids in self.told.items():
            newer = self.told.get(Mark(mark.order_id, CHANGED))
            if mark.type == RECEIVED and newer is not None:
                first, second = _first(ids), _first(newer)
                if first.partition != second.partition or first > second:
                    wrong.append(mark)
        if wrong:
            self.broken.append(f"{len(wrong)} out of order: {wrong[:_SHOWN]}")

    def _judge_repeats(
        self, crashes: Sequence[Crash], broker_kills: Sequence[float]
    ) -> None:
        """An id stands there again only where who wrote it died before its commit."""
        self.repeats, unexcused = 0, []
        for mark, ids in self.told.items():
            for places in ids.values():
                times = sorted(place.at for place in places)
                self.repeats += len(times) - 1
                for first, again in pairwise(times):
                    if not _excused(first, again, crashes, broker_kills):
                        unexcused.append((mark, first, again))
        if unexcused:
            text = f"{len(unexcused)} repeats without a crash: {unexcused[:_SHOWN]}"
            self.broken.append(text)

    def by_source(self) -> Mapping[str, int]:
        """How many events each source is owed."""
        found: dict[str, int] = defaultdict(int)
        for source in self.owed.values():
            found[source] += 1
        return found


def _first(ids: Mapping[str, Sequence[Place]]) -> Place:
    return min(place for places in ids.values() for place in places)


def _excused(
    first: float,
    again: float,
    crashes: Sequence[Crash],
    broker_kills: Sequence[float],
) -> bool:
    before_s, after_s = patience(_BEFORE_S), patience(_AFTER_S)
    ended = [(crash.began_at, crash.ended_at) for crash in crashes]
    ended += [(at, at) for at in broker_kills]
    return any(
        began - before_s <= first <= over + after_s and again >= began - 1
        for began, over in ended
    )
