"""When an endpoint took nothing: minutes, joined to incidents.

A minute is down when calls failed in it, or were not made for the breaker's sake, and
none was accepted. It is partly down when some of both happened: that shows, and is no
downtime; how many deliveries it spoilt says the ledger.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bus.log.causes import Cause
from bus.log.ledger import DAY_MINUTES, HOUR_MINUTES, Hour

GAP = 15
"""Minutes without any call do not end an incident: probes are up to one apart, and few
events leave pauses. After so many nobody knows what was."""


class Run(NamedTuple):
    """Minutes in a row that are down by one cause; `end` is the first one after."""

    start: int
    end: int
    cause: Cause
    deliveries: float = 0.0


@dataclass(frozen=True, slots=True)
class Incident:
    """Runs without an accepted call between them; minutes since the epoch."""

    runs: tuple[Run, ...]

    @property
    def start(self) -> int:
        """Its first minute."""
        return self.runs[0].start

    @property
    def end(self) -> int:
        """The first minute after it."""
        return self.runs[-1].end

    @property
    def deliveries(self) -> int:
        """About how many deliveries began to fail in it."""
        return round(sum(run.deliveries for run in self.runs))

    @property
    def cause(self) -> Cause:
        """That of most of its minutes, of several the first in the table."""
        spent = by_cause([self])
        return min(spent, key=lambda cause: (-spent[cause], cause))


@dataclass(frozen=True, slots=True)
class DayTime:
    """Minutes of a day: with calls that were all accepted, some, none."""

    up: int = 0
    partly: int = 0
    down: int = 0


def incidents(hours: Sequence[Hour]) -> Sequence[Incident]:
    """Return when it was down, oldest first."""
    ups = {hour.start: hour.up for hour in hours}
    joined: list[list[Run]] = []
    for run in sorted(run for hour in hours for run in _runs(hour)):
        if joined and _goes_on(joined[-1][-1].end, run.start, ups):
            before = joined[-1][-1]
            joined[-1][-1] = before._replace(end=run.start)
            joined[-1].append(run)
        else:
            joined.append([run])
    return [Incident(tuple(runs)) for runs in joined]


def begins(hours: Sequence[Hour], created_at: datetime | None) -> int:
    """The first minute that counts: when it was added, or what is known from before."""
    created = int(created_at.timestamp()) // 60 if created_at else 0
    known = ((hour.start, hour.up | _failing(hour)) for hour in hours)
    firsts = (start + _lowest(minutes) for start, minutes in known if minutes)
    return min(created, next(firsts, created))


def _lowest(minutes: int) -> int:
    return (minutes & -minutes).bit_length() - 1


def by_cause(found: Sequence[Incident]) -> Mapping[Cause, int]:
    """How many minutes of downtime each cause has."""
    spent: dict[Cause, int] = {}
    for run in (run for one in found for run in one.runs):
        spent[run.cause] = spent.get(run.cause, 0) + run.end - run.start
    return spent


def by_day(hours: Sequence[Hour], found: Sequence[Incident]) -> Mapping[int, DayTime]:
    """The minutes of each day; an incident over midnight is part of both."""
    days: dict[int, list[int]] = {}
    for hour in hours:
        failing = _failing(hour)
        day = days.setdefault(_day(hour.start), [0, 0, 0])
        day[0] += (hour.up & ~failing).bit_count()
        day[1] += (hour.up & failing).bit_count()
    for one in found:
        start = one.start
        while start < one.end:
            end = min(one.end, _day(start) + DAY_MINUTES)
            days.setdefault(_day(start), [0, 0, 0])[2] += end - start
            start = end
    return {day: DayTime(*counts) for day, counts in days.items()}


def lasts(one: Incident, hours: Sequence[Hour], now: int) -> bool:
    """Whether an incident goes on at a minute, as far as anybody knows."""
    return _goes_on(one.end, now + 1, {hour.start: hour.up for hour in hours})


def _goes_on(end: int, start: int, ups: Mapping[int, int]) -> bool:
    if start - end > GAP:
        return False
    return not any(_is_up(minute, ups) for minute in range(end, start))


def _is_up(minute: int, ups: Mapping[int, int]) -> int:
    within = minute % HOUR_MINUTES
    return ups.get(minute - within, 0) >> within & 1


def _failing(hour: Hour) -> int:
    minutes = 0
    for trouble in hour.troubles.values():
        minutes |= trouble.minutes
    return minutes


def _runs(hour: Hour) -> Iterator[Run]:
    """A minute of several causes is the one's that failed most calls of the hour."""
    taken = hour.up
    ranked = sorted(hour.troubles.items(), key=lambda item: (-item[1].calls, item[0]))
    for cause, trouble in ranked:
        each = trouble.deliveries / max(trouble.minutes.bit_count(), 1)
        for first, length in _stretches(trouble.minutes & ~taken):
            start = hour.start + first
            yield Run(start, start + length, cause, each * length)
        taken |= trouble.minutes


def _stretches(minutes: int) -> Iterator[tuple[int, int]]:
    """Where bits in a row begin, and how many they are."""
    while minutes:
        first = _lowest(minutes)
        rest = minutes >> first
        length = (~rest & (rest + 1)).bit_length() - 1
        yield first, length
        minutes &= ~(((1 << length) - 1) << first)


def _day(minute: int) -> int:
    return minute // DAY_MINUTES * DAY_MINUTES
