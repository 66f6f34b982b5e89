"""An API is asked no faster than its source or it itself says."""

import pytest

from bus.intake.fetching.declared import RateHeaders, Unit
from bus.intake.fetching.limiter import Limiter

LEFT = RateHeaders(remaining="x-left", reset="x-reset", unit=Unit.MILLISECONDS)


def test_a_burst_then_the_rate() -> None:
    """Two at once, then one each half second."""
    limiter = Limiter(2, 2)
    for _ in range(2):
        assert limiter.wait_s(100) == 0
        limiter.take(100)
    assert limiter.wait_s(100) == pytest.approx(0.5)
    assert limiter.wait_s(100.5) == 0


def test_without_a_limit_nobody_waits() -> None:
    """Until the API says something."""
    limiter = Limiter(None, 1)
    for _ in range(100):
        assert limiter.wait_s(1) == 0
        limiter.take(1)


def test_nothing_left_waits_for_the_reset() -> None:
    """As the API says, in its unit."""
    limiter = Limiter(None, 1)
    limiter.learn(200, {"x-left": "0", "x-reset": "1500"}, LEFT, 100)
    assert limiter.wait_s(100) == pytest.approx(1.5)
    assert limiter.wait_s(101.5) == 0
    limiter.learn(200, {"x-left": "3", "x-reset": "1500"}, LEFT, 102)
    assert limiter.wait_s(102) == 0


@pytest.mark.parametrize(
    ("status", "after", "wait_s"),
    [
        (429, "7", 7),
        (503, "7", 7),
        (429, "", 1),
        (429, "nonsense", 1),
        (429, "-3", 1),
        (429, "1e99", 3_600),
        (429, "Mon, 02 Nov 2026 09:30:07 GMT", 7),
        (200, "7", 0),
    ],
)
def test_retry_after_is_obeyed(status: int, after: str, wait_s: float) -> None:
    """In seconds or as a date, at most an hour; what is no time is a second."""
    now = 1_793_611_800.0
    limiter = Limiter(None, 1)
    limiter.learn(status, {"retry-after": after}, RateHeaders(), now)
    assert limiter.wait_s(now) == pytest.approx(wait_s)


def test_a_share_used_up_slows_down() -> None:
    """`36/40` is nearly full: a pause of a second."""
    limits = RateHeaders(used="x-calls")
    limiter = Limiter(None, 1)
    limiter.learn(200, {"x-calls": "12/40"}, limits, 100)
    assert limiter.wait_s(100) == 0
    limiter.learn(200, {"x-calls": "36/40"}, limits, 100)
    assert limiter.wait_s(100) == 1


def test_the_slower_of_two_rates_counts() -> None:
    """The API's own, as far as it says one, and the source's."""
    limits = RateHeaders(rate="x-rate")
    limiter = Limiter(10, 1)
    limiter.learn(200, {"x-rate": "0.5"}, limits, 100)
    limiter.take(100)
    assert limiter.wait_s(100) == pytest.approx(2)
    limiter.learn(200, {"x-rate": "0"}, limits, 100)
    limiter.learn(200, {"x-rate": "fast"}, limits, 100)
    assert limiter.wait_s(100) == pytest.approx(2)


def test_an_epoch_is_a_moment() -> None:
    """And one that has passed is now."""
    limits = RateHeaders(remaining="l", reset="r", unit=Unit.EPOCH)
    limiter = Limiter(None, 1)
    limiter.learn(200, {"l": "0", "r": "1000"}, limits, 990)
    assert limiter.wait_s(990) == 10
    limiter.learn(200, {"l": "0", "r": "1000"}, limits, 1_010)
    assert limiter.wait_s(1_010) == 0
