"""What is said of a queue, and when nothing is."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bus.watch.forecasts.drain import (
    CannotSay,
    Never,
    OnTime,
    Queue,
    Within,
    time_to_drain,
)
from bus.watch.forecasts.flow import Flow, Sample


def _queue(
    waiting: int, comes: float, goes: float, steps: int = 10, delay_s: float = 0.0
) -> Queue:
    """A queue in which so much waited at first."""
    samples = [
        Sample(30.0 * n, waiting + round(comes * 30 * n), round(goes * 30 * n))
        for n in range(steps + 1)
    ]
    return Queue(flow=Flow(samples, delay_s))


def test_a_range_around_the_division() -> None:
    """7000 wait and 10 a second more go than come: some 12 minutes."""
    verdict = time_to_drain(_queue(10_000, comes=20, goes=30))
    assert isinstance(verdict, Within)
    assert verdict.low_s < verdict.mid_s < verdict.high_s
    assert verdict.mid_s == pytest.approx(680, rel=0.05)


def test_a_wider_range_by_its_record() -> None:
    """The middle stays where it is."""
    queue = _queue(10_000, comes=20, goes=30)
    narrow, wide = time_to_drain(queue, 1.0), time_to_drain(queue, 2.0)
    assert isinstance(narrow, Within)
    assert isinstance(wide, Within)
    assert wide.mid_s == narrow.mid_s
    assert wide.low_s < narrow.low_s < narrow.high_s < wide.high_s


def test_nothing_waits() -> None:
    """What is on its way is no backlog."""
    assert time_to_drain(_queue(5, comes=20, goes=20)) == OnTime()
    assert time_to_drain(Queue(flow=Flow([Sample(0, 3, 3)]))) == OnTime()


def test_more_comes_than_goes() -> None:
    """It says so, with the rates."""
    assert time_to_drain(_queue(9_000, comes=30, goes=20)) == Never(
        "30/s come, 20/s go"
    )


def test_too_close() -> None:
    """Where the sign of the difference is uncertain, there is no range."""
    verdict = time_to_drain(_queue(90_000, comes=20, goes=20.5))
    assert isinstance(verdict, CannotSay)
    assert "too close" in verdict.why


def test_too_few_observations() -> None:
    """Three steps are none, and nothing counted is nothing."""
    verdict = time_to_drain(_queue(9_000, comes=20, goes=30, steps=3))
    assert isinstance(verdict, CannotSay)
    assert "too few observations" in verdict.why
    assert time_to_drain(Queue(flow=Flow([]))) == CannotSay("nothing was counted yet")
    single = Queue(flow=Flow([Sample(0, 100, 0)]))
    assert isinstance(time_to_drain(single), CannotSay)


def test_what_is_held_is_not_reckoned_with() -> None:
    """While a breaker is open, how fast it went before says nothing."""
    queue = replace(_queue(9_000, comes=20, goes=30), held="its breaker is open")
    assert time_to_drain(queue) == CannotSay("its breaker is open")
    quiet = replace(_queue(5, comes=20, goes=20), held="its breaker is open")
    assert time_to_drain(quiet) == OnTime()


def test_no_faster_than_a_limit() -> None:
    """A burst above the rate limit does not last."""
    queue = _queue(10_000, comes=20, goes=30)
    free, limited = time_to_drain(queue), time_to_drain(replace(queue, most_s=25))
    assert isinstance(free, Within)
    assert isinstance(limited, Within)
    assert limited.mid_s > 1.8 * free.mid_s


def _tier(then: Sequence[int]) -> Queue:
    """A tier of ten minutes to which records came long ago, and `then`."""
    came, samples = 6_000, [Sample(0, 6_000, 0)]
    for n in range(1, 61):
        came += then[n - 1] if n <= len(then) else 0
        samples.append(Sample(30.0 * n, came, max(0, (n - 20) * 120)))
    return Queue(flow=Flow(samples, delay_s=600))


def test_a_tier_knows_what_comes_due() -> None:
    """What came within the delay will be due within it: it takes longer then."""
    quiet, busy = _tier([0] * 60), _tier([0] * 40 + [100] * 20)
    soon, later = time_to_drain(quiet), time_to_drain(busy)
    assert isinstance(soon, Within)
    assert isinstance(later, Within)
    assert soon.mid_s == pytest.approx(300, rel=0.1)
    assert later.mid_s > 2 * soon.mid_s
