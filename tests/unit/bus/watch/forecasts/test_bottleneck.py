"""Which stage will be at its limit within a day, and which knob lifts it."""

from dataclasses import replace
from math import pi, sin
from random import Random

import pytest

from bus.watch.forecasts.bottleneck import (
    Enough,
    Knob,
    Limit,
    Part,
    Stage,
    first_limit,
    outlook,
)
from bus.watch.forecasts.bottleneck import knob as knob_of
from bus.watch.forecasts.drain import CannotSay
from bus.watch.forecasts.flow import Flow, Sample
from tests.support.queues import Wandering, counted

_HOUR = 3_600
_STEP = 600


def _rate(at_s: float) -> float:
    """100 a second at most, at six in the evening; 20 at least."""
    return 60 - 40 * sin(2 * pi * at_s / 86_400)


def _days(hours: float, grown: float = 1.0) -> Flow:
    """Counts of so many hours; the last day is so many times the one before."""
    came, samples = 0.0, [Sample(0, 0, 0)]
    for at_s in range(0, int(hours * _HOUR), _STEP):
        came += _rate(at_s) * (grown if at_s >= 24 * _HOUR else 1) * _STEP
        samples.append(Sample(at_s + _STEP, round(came), round(came)))
    return Flow(samples)


def _stage(
    flow: Flow, rate: float | None = None, at_once: float | None = None
) -> Stage:
    return Stage(part=Part.SUBSCRIPTION, flow=flow, rate=rate, at_once=at_once)


def test_a_limit_is_seen_coming() -> None:
    """At midnight it is known that the evening's 100 a second are too many for 80."""
    told = outlook(_stage(_days(48), rate=80))
    assert isinstance(told, Limit)
    assert told.mid_s is not None
    assert told.high_s is not None
    assert told.low_s < told.mid_s < told.high_s
    assert told.mid_s == pytest.approx(14 * _HOUR, abs=_HOUR)
    assert told.knob is Knob.RATE


def test_perhaps_not_at_all() -> None:
    """Near the peak the latest is never, and above it the middle too."""
    near = outlook(_stage(_days(48), rate=95))
    above = outlook(_stage(_days(48), rate=105))
    assert isinstance(near, Limit)
    assert isinstance(above, Limit)
    assert near.mid_s is not None
    assert near.high_s is above.mid_s is above.high_s is None


def test_enough() -> None:
    """Far above the peak, with how much of it is used in a bad case."""
    told = outlook(_stage(_days(48), rate=1_000))
    assert isinstance(told, Enough)
    assert told.most == pytest.approx(0.114, abs=0.01)


def test_a_day_is_needed() -> None:
    """What half a day knows of the other half is nothing."""
    assert isinstance(outlook(_stage(_days(12), rate=80)), CannotSay)
    assert isinstance(outlook(_stage(Flow([]), rate=80)), CannotSay)


def test_an_unknown_limit() -> None:
    """Without a limit that is known or was reached, nobody can say."""
    told = outlook(Stage(part=Part.SOURCE, flow=_days(48)))
    assert told == CannotSay("its limit was never reached, so that nobody knows it")


def test_a_limit_that_was_reached_is_known() -> None:
    """What went while more waited is what it can do."""
    came = went = 0.0
    samples = [Sample(0, 0, 0)]
    for at_s in range(0, 48 * _HOUR, _STEP):
        came += _rate(at_s) * _STEP
        went = min(came, went + 70 * _STEP)
        samples.append(Sample(at_s + _STEP, round(came), round(went)))
    told = outlook(Stage(part=Part.SOURCE, flow=Flow(samples), partitions=6, workers=2))
    assert isinstance(told, Limit)
    assert told.mid_s == pytest.approx(13 * _HOUR, abs=_HOUR)
    assert told.knob is Knob.WORKERS


def test_days_that_differ_widen() -> None:
    """Where today is not like yesterday, tomorrow is less certain."""
    alike, unlike = (outlook(_stage(_days(30, grown), rate=80)) for grown in (1.0, 1.4))
    assert isinstance(alike, Limit)
    assert isinstance(unlike, Limit)
    assert unlike.low_s < alike.low_s


def test_little_that_can_be_compared() -> None:
    """A day and its first half hour compare with nothing: wider, not narrower."""
    told = outlook(_stage(_days(24.3), rate=80))
    assert isinstance(told, Limit)
    assert told.high_s is None


def test_hours_without_anything() -> None:
    """They compare with nothing, and divide by nothing."""
    flow = _days(48)
    still = Flow([*flow.samples, Sample(60 * _HOUR, *flow.samples[-1][1:])])
    told = outlook(_stage(still, rate=80))
    assert isinstance(told, Limit)
    assert told.mid_s is not None


@pytest.mark.parametrize(
    ("stage", "knob"),
    [
        (_stage(_days(48), rate=50, at_once=60), Knob.RATE),
        (_stage(_days(48), rate=60, at_once=50), Knob.CONCURRENCY),
        (replace(_stage(_days(48), rate=50), again=0.7), Knob.TIERS),
        (replace(_stage(_days(48), rate=50), part=Part.SOURCE), Knob.WORKERS),
        (
            replace(
                _stage(_days(48), rate=50), part=Part.SOURCE, workers=6, partitions=6
            ),
            Knob.PARTITIONS,
        ),
    ],
)
def test_the_knob_is_what_limits(stage: Stage, knob: Knob) -> None:
    """More workers than partitions, or a faster bus than partner, help nobody."""
    told = outlook(stage)
    assert isinstance(told, Limit)
    assert told.knob is knob


def test_more_workers_where_nothing_else_limits() -> None:
    """A partner without any limit is as fast as the bus."""
    assert knob_of(_stage(_days(1))) is Knob.WORKERS


def test_the_first_of_all() -> None:
    """The one whose middle is soonest; what is unlikely is none."""
    limit = Limit(10, 20, None, Knob.RATE)
    stages: list[tuple[str, Limit | Enough]] = [
        ("late", Limit(5, 30, 40, Knob.RATE)),
        ("first", limit),
        ("perhaps", Limit(1, None, None, Knob.RATE)),
        ("enough", Enough(0.5)),
    ]
    assert first_limit(stages) == "first"
    assert first_limit([("enough", Enough(0.5))]) is None


def test_the_range_holds_what_comes() -> None:
    """Played: today wanders around yesterday; four of five ranges hold its crossing."""
    held = 0
    for seed in range(60):
        random = Random(seed)  # noqa: S311 - to be played again
        level = Wandering(random, 0.1, over_s=300)
        came, samples = 0, [Sample(0, 0, 0)]
        for at_s in range(0, 56 * _HOUR, _STEP):
            came += counted(random, _rate(at_s) * level.next() * _STEP)
            samples.append(Sample(at_s + _STEP, came, came))
        told = outlook(_stage(Flow(samples[: 32 * 6 + 1]), rate=75))
        assert isinstance(told, Limit)
        later = Flow(samples)
        crossed = next(
            at_s - 32 * _HOUR
            for at_s in range(32 * _HOUR, 56 * _HOUR, _STEP)
            if later.came_by(at_s + 1_200) - later.came_by(at_s - 600) > 75 * 1_800
        )
        held += told.low_s <= crossed <= (told.high_s or 24 * _HOUR)
    assert 0.72 * 60 <= held < 60
