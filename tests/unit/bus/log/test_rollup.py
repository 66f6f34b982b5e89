"""Counts and latencies."""

import pytest

from bus.log.health import figures, starts
from bus.log.rollup import (
    BOUNDS,
    BUCKETS,
    WIDTH,
    added,
    bucket,
    minute_of,
    quantiles_us,
    tallied,
    tally_of,
)
from tests.contract.log.rows import MINUTE_US, NOW_US, attempt, failed, held


def test_a_bucket_holds_what_is_up_to_its_bound() -> None:
    """The first begins at nothing, the last ends nowhere."""
    assert bucket(0) == bucket(1_000) == 0
    assert bucket(1_001) == 1
    assert bucket(BOUNDS[-1]) == len(BOUNDS) - 1
    assert bucket(2**40) == BUCKETS - 1


@pytest.mark.parametrize(
    ("latencies", "share", "expected"),
    [
        ([0] * BUCKETS, 0.5, None),
        ([4, *[0] * (BUCKETS - 1)], 0.5, 500),
        ([0, 0, 1, *[0] * (BUCKETS - 3)], 0.0, 0),
        ([0] * (BUCKETS - 1) + [1], 0.5, BOUNDS[-1]),
        ([1, 1, *[0] * (BUCKETS - 2)], 1.0, BOUNDS[1]),
    ],
    ids=["none", "first", "nobody", "last", "all"],
)
def test_a_quantile_lies_within_its_bucket(
    latencies: list[int], share: float, expected: float | None
) -> None:
    """In proportion to how far into it."""
    assert quantiles_us(latencies, share) == [expected]


def test_attempts_are_counted_by_what_they_came_to() -> None:
    """A hop has no latency, a dead letter counts beside its outcome."""
    rows = [
        attempt(0, started_us=NOW_US),
        failed(1, started_us=NOW_US + MINUTE_US - 1, route="dead_letter:exhausted"),
        held(2, started_us=NOW_US),
        attempt(3, started_us=NOW_US, outcome="of another version"),
    ]
    ((key, tally),) = tallied(rows).items()
    minute = minute_of(key, tally)
    assert (minute.accepted, minute.failed, minute.held) == (1, 2, 1)
    assert minute.dead_letters == 1
    assert sum(minute.latencies) == 3
    assert list(tally_of(minute)) == list(tally)


def test_tallies_add_up() -> None:
    """None of them is none."""
    assert added([]) == [0] * WIDTH
    assert added([[1] * WIDTH, [2] * WIDTH]) == [3] * WIDTH


def test_figures_of_nothing_say_so() -> None:
    """Too little is a state of its own."""
    none = figures([0] * WIDTH)
    assert (none.attempts, none.success_rate, none.p99_us) == (0, None, None)


def test_spans_begin_with_whole_stretches() -> None:
    """An hour with five minutes, a day with an hour."""
    minute = NOW_US // MINUTE_US + 7
    five, hour, day = starts(minute * MINUTE_US + 12)
    assert (minute - five, minute - hour, minute - day) == (5, 62, 24 * 60 + 7)
