"""What is usual at an hour of the week, and how unlikely that makes what is seen now.

A history holds, for a minute of the week, the counts of the same minute in past weeks,
newest first. Minutes are counted since the epoch.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, sqrt
from statistics import median

WEEK = 7 * 24 * 60
HOUR = 60
FEWEST_WEEKS = 4
SURELY = 1e-6
"""How unlikely a silence has to be before anybody is told."""

Weeks = Sequence[Sequence[int]]
"""Of one hour of the week, in past weeks (newest first): 60 counts, one a minute."""

_NORMAL = 1.4826  # a median deviation, as a standard deviation of the normal has it
_NEIGHBOURS = 5
_LEAST_SPREAD = 0.1
_FEW_WEEKS_WIDER = 2.0


def hour_of_week(minute: int) -> int:
    """Which of the 168 hours of the week (from Thursday, 1970) a minute lies in."""
    return minute % WEEK // HOUR


def expected(silent: Iterable[int], history: Mapping[int, Weeks]) -> float | None:
    """How many events usually come in these minutes; None if too little is known.

    The calmest of the past weeks counts, and of a single one half: that this week is a
    calm one, too, is likely.
    """
    sums = 0.0
    for minute in silent:
        weeks = history.get(hour_of_week(minute), ())
        if not weeks:
            return None
        rates = [sum(week) / HOUR for week in weeks]
        sums += min(rates) if len(rates) > 1 else rates[0] / 2
    return sums


def chance_of_none(events: float) -> float:
    """How likely it is that none comes where so many are expected (Poisson)."""
    return exp(-events)


def robust_z(count: int, minute: int, history: Mapping[int, Weeks]) -> float | None:
    """By how many robust deviations a count differs from the same minute of past weeks.

    Minutes beside it count too, as few weeks say little of one. With fewer than four
    weeks the band is twice as wide; without any it is None. A spread below what chance
    alone gives (Poisson) is none, nor is one below a tenth: six weeks that happen to be
    alike do not say that the seventh will be.
    """
    weeks = history.get(hour_of_week(minute), ())
    if not weeks:
        return None
    place = minute % HOUR
    first, last = max(0, place - _NEIGHBOURS), place + _NEIGHBOURS + 1
    seen = [count for week in weeks for count in week[first:last]]
    if not seen:
        return None
    middle = median(seen)
    spread = _NORMAL * median(abs(one - middle) for one in seen)
    spread = max(spread, sqrt(middle + 1), _LEAST_SPREAD * middle)
    if len(weeks) < FEWEST_WEEKS:
        spread *= _FEW_WEEKS_WIDER
    return (count - middle) / spread
