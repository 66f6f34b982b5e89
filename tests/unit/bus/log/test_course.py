"""How a subscription fared, step by step."""

from bus.log.course import (
    Counted,
    by_minute,
    course_of,
    steps_up_to,
    waiting_at,
)
from bus.log.lags import LagRow
from bus.log.rollup import BUCKETS, COUNTS, Minute, tally_of

MINUTE_US = 60_000_000
NOW_US = 1_000 * MINUTE_US + 7


def minute(at: int, accepted: int = 0, failed: int = 0) -> Minute:
    """Attempts of a minute; each took a while."""
    counts = {"accepted": accepted, "failed": failed}
    latencies = [0] * BUCKETS
    latencies[3] = accepted + failed
    made = (counts.get(name, 0) for name in COUNTS)
    return Minute._make((at, "acme", "order.created", *made, tuple(latencies)))


def test_steps_end_with_the_one_that_goes_on() -> None:
    """And begin where the clock has a round time."""
    steps = steps_up_to(NOW_US, 15, 4)
    assert [us // MINUTE_US for us in steps.starts_us] == [945, 960, 975, 990]
    assert steps.end == 1_005


def test_each_step_has_what_lies_in_it() -> None:
    """Types and minutes are added up; where nothing happened there is no rate."""
    rows = [minute(944, 7), minute(945, 3, 1), minute(959, 4), minute(990, 0, 2)]
    found = course_of(by_minute(rows), steps_up_to(NOW_US, 15, 4))
    assert [one.attempts for one in found] == [8, 0, 0, 2]
    assert [one.success_rate for one in found] == [7 / 8, None, None, 0]
    assert found[1].p95_us is None
    late = [Counted(1_005, tally_of(minute(1_005, 9)))]
    assert not any(one.attempts for one in course_of(late, steps_up_to(NOW_US, 15, 4)))


def test_what_waited_is_carried_on() -> None:
    """Between samples, before the first and after the last; no queue is forgotten."""
    rows = [
        LagRow(20, "a", 10, 4),
        LagRow(30, "a", 12, 12),
        LagRow(30, "b", 5, 1),
        LagRow(40, "b", 5, 9),
    ]
    now = {"a": 99, "b": 99, "still": 3}
    assert waiting_at(rows, [10, 20, 30, 40], now) == [13, 13, 7, 3]
    assert waiting_at([], [1, 2], {}) == [0, 0]
