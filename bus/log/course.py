"""How a subscription fared over time: in steps of even length, up to now. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.log.health import Figures, figures
from bus.log.lags import LagRow
from bus.log.rollup import Minute, Tally, added, tally_of

FIVE = 5
"""Minutes that the longer roll-ups are of."""


class Counted(NamedTuple):
    """What befell a subscription from a minute since the epoch on."""

    minute: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Steps:
    """Spans of `minutes` each, the first one from a minute since the epoch on."""

    first: int
    minutes: int
    count: int

    @property
    def end(self) -> int:
        """The minute after the last one."""
        return self.first + self.minutes * self.count

    @property
    def starts_us(self) -> Sequence[int]:
        """When each begins."""
        steps = range(self.first, self.end, self.minutes)
        return [minute * 60_000_000 for minute in steps]


def steps_up_to(now_us: int, minutes: int, count: int) -> Steps:
    """The last full steps, and the one that goes on."""
    last = now_us // 60_000_000 // minutes * minutes
    return Steps(last - minutes * (count - 1), minutes, count)


def by_minute(minutes: Iterable[Minute]) -> Sequence[Counted]:
    """Roll-ups of a subscription without the types that they are of."""
    return [Counted(one.minute, tally_of(one)) for one in minutes]


def course_of(counted: Iterable[Counted], steps: Steps) -> Sequence[Figures]:
    """What befell in each step; what lies outside is left out."""
    found: list[list[Tally]] = [[] for _ in range(steps.count)]
    for minute, tally in counted:
        if steps.first <= minute < steps.end:
            found[(minute - steps.first) // steps.minutes].append(tally)
    return [figures(added(tallies)) for tallies in found]


def waiting_at(
    rows: Sequence[LagRow], times_us: Sequence[int], now: Mapping[str, int]
) -> Sequence[int]:
    """How many records waited in all queues together at each of these times.

    `rows` are samples of them, oldest first; a queue that has none did not change and
    has `now` as many. Before its first sample it was as that says: the count before a
    change is always written with it.
    """
    by_queue: dict[str, list[LagRow]] = {}
    for row in rows:
        by_queue.setdefault(row.queue, []).append(row)
    still = sum(count for queue, count in now.items() if queue not in by_queue)
    sums = [still] * len(times_us)
    for samples in by_queue.values():
        at = 0
        for place, time_us in enumerate(times_us):
            while at + 1 < len(samples) and samples[at + 1].at_us <= time_us:
                at += 1
            sums[place] += max(0, samples[at].came - samples[at].went)
    return sums
