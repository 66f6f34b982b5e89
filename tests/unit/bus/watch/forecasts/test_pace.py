"""How fast a backlog shrinks, over a window that does not contradict itself."""

from collections.abc import Sequence

import pytest

from bus.watch.forecasts.flow import Step
from bus.watch.forecasts.pace import Pace, pace_of


def _steps(rates: Sequence[tuple[float, float]]) -> Sequence[Step]:
    return [
        Step(30.0 * n, 30.0, came, went, 1.0) for n, (came, went) in enumerate(rates)
    ]


def _some_pace(steps: Sequence[Step]) -> Pace:
    pace = pace_of(steps)
    assert pace is not None
    return pace


def test_a_steady_pace_uses_all_of_it() -> None:
    """The longer it was so, the better it is known."""
    rates = [(10.0 + n % 3, 20.0 - n % 2) for n in range(40)]
    pace, short = _some_pace(_steps(rates)), _some_pace(_steps(rates[-8:]))
    assert pace.steps == 40
    assert pace.net == pytest.approx(8.5, abs=0.3)
    assert pace.known < short.known


def test_an_outage_that_is_over_counts_no_more() -> None:
    """Steps from before a change are left out, though they are more."""
    pace = _some_pace(_steps([(10, 0)] * 30 + [(10, 25), (10, 24), (11, 25), (9, 26)]))
    assert (pace.steps, pace.came, pace.went) == (4, 10, 25)


def test_too_few_steps_have_no_pace() -> None:
    """Three are an anecdote."""
    assert pace_of(_steps([(1, 2)] * 3)) is None


def test_what_goes_up_and_down_slowly_is_noise() -> None:
    """Neighbours that are alike know less together than they seem to."""
    slow = [(10.0, 20.0 + (n // 8 % 2)) for n in range(48)]
    fast = [(10.0, 20.0 + n % 2) for n in range(48)]
    assert _some_pace(_steps(slow)).noise > 2 * _some_pace(_steps(fast)).noise


def test_a_limit_is_exact() -> None:
    """At a rate limit only what comes can wander off; no more than it may go."""
    pace = Pace(steps=9, came=10, went=21, noise=1, known=0.1)
    limited = pace.under(20)
    assert limited.went == 20
    assert limited.unsure < pace.unsure
    assert pace.under(None) == pace.under(100) == pace
