"""What will come: as it comes now, as it is due, or as it came at this hour yesterday.

Each is a function from seconds after the last sample to the records come by then.
"""

from collections.abc import Callable
from math import exp
from typing import TypeAlias

from bus.watch.forecasts.flow import Flow

DAY_S = 86_400.0
SMOOTH_S = 1_800.0
_FADES_S = 3_600.0

Coming: TypeAlias = Callable[[float], float]


def as_before(rate: float) -> Coming:
    """As many a second as now."""
    return lambda after_s: rate * after_s


def as_due(flow: Flow, rate: float) -> Coming:
    """Until the delay of a tier is over what comes due is known; then as now."""
    now_s = flow.samples[-1].at_s
    due = flow.due_by(now_s)

    def come(after_s: float) -> float:
        beyond = max(0.0, after_s - flow.delay_s)
        return flow.due_by(now_s + after_s) - due + rate * beyond

    return come


def has_yesterday(flow: Flow) -> bool:
    """Whether the counts reach back far enough."""
    first, last = flow.samples[0], flow.samples[-1]
    return last.at_s - first.at_s >= DAY_S + SMOOTH_S / 2


def as_yesterday(flow: Flow, rate: float) -> Coming:
    """As it came yesterday from this hour on; what is unlike it fades in an hour."""
    then_s = flow.samples[-1].at_s - DAY_S
    start = flow.came_by(then_s)
    unlike = rate - rate_around(flow, then_s)

    def come(after_s: float) -> float:
        usual = flow.came_by(then_s + after_s) - start
        return usual + unlike * _FADES_S * (1 - exp(-after_s / _FADES_S))

    return come


def rate_around(flow: Flow, at_s: float) -> float:
    """How many came a second in the half hour around a moment."""
    before, after = at_s - SMOOTH_S / 2, at_s + SMOOTH_S / 2
    return (flow.came_by(after) - flow.came_by(before)) / SMOOTH_S
