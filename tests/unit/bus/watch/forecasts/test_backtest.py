"""Forecasts are held to what came: in queues played through to their end."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from math import isfinite, log
from types import FrameType

import pytest

from bus.watch.forecasts.drain import (
    WIDTH,
    CannotSay,
    Never,
    Queue,
    Verdict,
    Within,
    time_to_drain,
)
from bus.watch.forecasts.record import Outcome, record_of, width_of
from tests.support.queues import KINDS, Episode

_SEEDS = range(7_000, 7_050)
"""Not those that the forecast's constants were chosen with: these are below 3000."""
_LEAST, _MOST = 0.72, 0.88


@cache
def _played(kind: str) -> Sequence[tuple[Episode, float]]:
    episodes = [KINDS[kind](seed) for seed in _SEEDS]
    return [(episode, episode.truth_s()) for episode in episodes]


def _outcomes(
    kind: str, forecast: Callable[[Queue], Verdict] = time_to_drain
) -> Sequence[Outcome]:
    """Of a kind of episode; those that nobody claimed to know are left out."""
    found = []
    for episode, truth_s in _played(kind):
        verdict = forecast(episode.seen())
        if isinstance(verdict, Within):
            waited_s = 0.0 if isfinite(truth_s) else 30 * 3600.0
            took_s = truth_s if isfinite(truth_s) else None
            found.append(Outcome(verdict, WIDTH, took_s, waited_s))
    return found


def _coverage(forecast: Callable[[Queue], Verdict] = time_to_drain) -> float:
    record = record_of([one for kind in KINDS for one in _outcomes(kind, forecast)])
    return record.coverage or 0.0


def test_four_of_five_ranges_hold() -> None:
    """A range of 80 % holds what came in 72 to 88 % of all episodes."""
    assert _LEAST <= _coverage() <= _MOST


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_episode_is_sane(kind: str) -> None:
    """No kind is right by luck or wrong as a rule, and each gets forecasts at all."""
    record = record_of(_outcomes(kind))
    assert record.known >= 10
    assert 0.55 <= (record.coverage or 0.0) <= 0.97


def _with_mid(times: float) -> Callable[[Queue], Verdict]:
    def forecast(queue: Queue) -> Verdict:
        verdict = time_to_drain(queue)
        if not isinstance(verdict, Within):
            return verdict
        low, mid, high = verdict.low_s, verdict.mid_s, verdict.high_s
        return Within(low * times, mid * times, high * times)

    return forecast


def _with_limit_forgotten(queue: Queue) -> Verdict:
    """As if nothing more came: the backlog over what goes."""
    verdict = time_to_drain(queue)
    if not isinstance(verdict, Within):
        return verdict
    now = queue.flow.samples[-1]
    gone = queue.flow.steps(now.at_s - 300)[-1].went
    mid = max(1.0, queue.flow.waiting(now) / max(gone, 0.01))
    ratio = verdict.high_s / verdict.mid_s
    return Within(mid / ratio, mid, mid * ratio)


@pytest.mark.parametrize(
    "broken",
    [
        lambda queue: time_to_drain(queue, width=0.4),
        lambda queue: time_to_drain(queue, width=4.0),
        _with_mid(0.6),
        _with_mid(1.6),
        _with_limit_forgotten,
    ],
    ids=["too narrow", "too wide", "too soon", "too late", "without what comes"],
)
def test_a_broken_forecast_is_found_out(broken: Callable[[Queue], Verdict]) -> None:
    """The bounds above would not let a forecast pass that is wrong."""
    assert not _LEAST <= _coverage(broken) <= _MOST


@pytest.mark.parametrize("kind", ["steady", "outage", "bursts", "daily", "throttled"])
def test_the_track_record_sets_the_width(kind: str) -> None:
    """Ranges widened by one half's outcomes hold in the other: whatever the kind."""
    outcomes = _outcomes(kind)
    learned, left = outcomes[:30], outcomes[30:]
    width = width_of(learned)
    again = [
        replace(one, range=_widened(one.range, width / WIDTH), width=width)
        for one in left
    ]
    assert len(left) >= 10
    assert (record_of(again).coverage or 0.0) >= 0.6


def _widened(one: Within, by: float) -> Within:
    return Within(
        one.mid_s * (one.low_s / one.mid_s) ** by,
        one.mid_s,
        one.mid_s * (one.high_s / one.mid_s) ** by,
    )


def test_never_is_rare_where_it_drains() -> None:
    """Only while something rises or falls fast is "never at this rate" overtaken."""
    calm = [kind for kind in KINDS if kind != "storm"]
    verdicts = [
        time_to_drain(episode.seen())
        for kind in calm
        for episode, truth_s in _played(kind)
        if isfinite(truth_s)
    ]
    assert sum(isinstance(one, Never) for one in verdicts) <= 0.03 * len(verdicts)
    assert sum(isinstance(one, CannotSay) for one in verdicts) <= 0.1 * len(verdicts)


def _off_by(queue: Queue, truth_s: float) -> float:
    verdict = time_to_drain(queue)
    return abs(log(truth_s / verdict.mid_s)) if isinstance(verdict, Within) else 1.0


def test_yesterday_helps_with_a_day() -> None:
    """What takes hours is forecast better by who knows the shape of the day."""
    long = [(e.seen(), truth) for e, truth in _played("daily") if truth > 3 * 3600]
    flat = [_off_by(replace(queue, daily=False), truth) for queue, truth in long]
    shaped = [_off_by(queue, truth) for queue, truth in long]
    assert len(long) >= 10
    assert sum(shaped) < 0.8 * sum(flat)


def test_a_forecast_is_cheap() -> None:
    """So many calls and no more, which is under 2 ms on any machine of today."""
    episode, _ = _played("daily")[0]
    queue = episode.seen()
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        del frame, argument
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        time_to_drain(queue)
    finally:
        sys.setprofile(before)
    assert 1_000 < calls < 12_000
