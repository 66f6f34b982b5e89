"""When a backlog will be caught up with: a range that holds four times of five."""

from dataclasses import dataclass
from typing import TypeAlias

from bus.watch.forecasts.coming import as_before, as_due, as_yesterday, has_yesterday
from bus.watch.forecasts.flow import Flow
from bus.watch.forecasts.pace import LEAST, Pace, pace_of
from bus.watch.forecasts.passage import gone_by, times_until, when

SHARE = 0.8
"""How often a range shall hold what came."""
HORIZON_S = 86_400.0
WIDTH = 1.2
"""By what power ranges are widened where no track record says otherwise."""
_RECENT_S = 3_600.0
_SLACK_S = 10.0
"""What comes in so many seconds may wait: commits and samples are no finer."""
_FEW = 5.0
_LOW, _HIGH = (1 - SHARE) / 2, (1 + SHARE) / 2


@dataclass(frozen=True, slots=True)
class OnTime:
    """Nothing waits that should have gone."""


@dataclass(frozen=True, slots=True)
class Within:
    """Caught up between `low_s` and `high_s` from now; `mid_s` is the median."""

    low_s: float
    mid_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class Never:
    """Not within a day, at this rate; `why` names the rates."""

    why: str


@dataclass(frozen=True, slots=True)
class CannotSay:
    """Nobody could tell from what is known; `why` says what is missing."""

    why: str


Verdict: TypeAlias = OnTime | Within | Never | CannotSay


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue and what is known of it beside its counts.

    Attributes:
        flow: Its counts.
        most_s: How many a second may go at most; None without such a limit.
        held: Why nothing goes, if that is known.
        daily: Whether what comes has the shape of a day.
    """

    flow: Flow
    most_s: float | None = None
    held: str = ""
    daily: bool = False


def time_to_drain(queue: Queue, width: float = WIDTH) -> Verdict:
    """When nothing will be overdue, as seen at the last sample.

    `width` is what the track record says, see `bus.watch.forecasts.record`.
    """
    flow = queue.flow
    if not flow.samples:
        return CannotSay("nothing was counted yet")
    now = flow.samples[-1]
    steps = flow.steps(now.at_s - _RECENT_S)
    backlog = flow.waiting(now) - slack(flow)
    if backlog <= 0:
        return OnTime()
    if queue.held:
        return CannotSay(queue.held)
    pace = pace_of([step for step in steps if step.waiting > 0])
    if pace is None:
        return CannotSay(
            f"too few observations: it takes {LEAST} in a row while something waits"
        )
    return _ranged(queue, pace.under(queue.most_s), backlog, width)


def slack(flow: Flow) -> float:
    """How much may wait at the last sample in a queue that is on time."""
    now = flow.samples[-1]
    recent_s = min(300.0, now.at_s - flow.samples[0].at_s)
    if not recent_s:
        return _FEW
    came = flow.due_by(now.at_s) - flow.due_by(now.at_s - recent_s)
    return _FEW + _SLACK_S * came / recent_s


def _ranged(queue: Queue, pace: Pace, backlog: float, width: float) -> Verdict:
    times = times_until(HORIZON_S)
    if queue.flow.delay_s:
        come = as_due(queue.flow, pace.came)
    elif queue.daily and has_yesterday(queue.flow):
        come = as_yesterday(queue.flow, pace.came)
    else:
        come = as_before(pace.came)
    chances = gone_by(
        times,
        backlog,
        lambda after_s: pace.went * after_s - come(after_s),
        pace.noise,
        pace.unsure,
    )
    if chances[-1] < _LOW:
        return Never(_rates(pace))
    if chances[-1] < _HIGH:
        return CannotSay(f"what comes and what goes are too close: {_rates(pace)}")
    low, mid, high = (when(times, chances, share) for share in (_LOW, 0.5, _HIGH))
    return Within(
        low_s=mid * (low / mid) ** width, mid_s=mid, high_s=mid * (high / mid) ** width
    )


def _rates(pace: Pace) -> str:
    return f"{pace.came:.3g}/s come, {pace.went:.3g}/s go"
