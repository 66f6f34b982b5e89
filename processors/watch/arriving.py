"""What comes into a topic minute by minute, and whether that is usual.

Counted by how far the topic reaches, seen every few seconds; of the past only what a
leader saw is known, so that a new bus says nothing of what is usual.
"""

from collections.abc import Iterator, Mapping

from bus.watch.facts import Arrivals
from bus.watch.usual import HOUR, Weeks, expected, robust_z
from processors.watch.records import PastHour

_MINUTES = 5
_KEPT = 3 * HOUR
_MISSED_S = 90.0
"""Between two looks that lie further apart nobody knows in which minute what came."""
_LONGEST = 7 * 24 * 60


class Arriving:
    """One topic."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._counts: dict[int, int] = {}
        self._end: int | None = None
        self._looked = 0.0
        self._came = 0.0

    def look(self, end: int, at: float) -> None:
        """Hear how far the topic reaches now."""
        before, missed = self._end, at - self._looked > _MISSED_S
        if before is None or end < before or missed:
            self._counts.clear()
            self._counts[int(at) // 60] = -1  # begun in the middle of it
        elif (count := self._counts.setdefault(int(at) // 60, 0)) >= 0:
            self._counts[int(at) // 60] = count + end - before
        if before is None or end != before:
            self._came = at
        self._end, self._looked = end, at
        oldest = int(at) // 60 - _KEPT
        for minute in [m for m in self._counts if m < oldest]:
            del self._counts[minute]

    def arrivals(self, weeks: Mapping[int, Weeks]) -> Arrivals:
        """How that compares with the same hour of past weeks."""
        if self._end is None:
            return Arrivals()
        now, came = int(self._looked) // 60, int(self._came) // 60
        silent = range(max(came + 1, now - _LONGEST), now)
        return Arrivals(
            silent_s=self._looked - self._came,
            expected=expected(silent, weeks) if silent else 0.0,
            z=tuple(self._z(range(now - _MINUTES, now), weeks)),
        )

    def hour(self, hour: int, past: PastHour | None) -> PastHour | None:
        """An hour that is over, before the past weeks' same; None if part was missed.

        Hours are counted since the epoch.
        """
        minutes = range(hour * HOUR, hour * HOUR + HOUR)
        counts = [self._counts.get(minute, 0) for minute in minutes]
        if any(self._counts.get(minute, -1) < 0 for minute in minutes):
            return None
        if past is not None and past.hour >= hour:
            return None
        weeks = () if past is None else past.weeks
        return PastHour(topic=self._topic, hour=hour, weeks=[counts, *weeks])

    def _z(self, minutes: range, weeks: Mapping[int, Weeks]) -> Iterator[float]:
        for minute in minutes:
            count = self._counts.get(minute, -1)
            z = robust_z(count, minute, weeks) if count >= 0 else None
            if z is not None:
                yield z
