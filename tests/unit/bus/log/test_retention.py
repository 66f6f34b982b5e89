"""Which days go."""

from hypothesis import given
from hypothesis import strategies as st

from bus.log.retention import (
    DAY_US,
    DAYS_AHEAD,
    Day,
    day_of,
    days_ahead,
    storable,
    too_many,
    too_old,
)

_NOW_US = 20_000 * DAY_US + DAY_US // 2
_days = st.lists(
    st.builds(Day, st.just("event"), st.integers(19_900, 20_007), st.integers(0, 100)),
    max_size=20,
)


def test_days_are_made_a_week_ahead() -> None:
    """Yesterday's, too: midnight is not the same everywhere."""
    days = days_ahead(_NOW_US)
    assert (days[0], days[-1]) == (19_999, 20_000 + DAYS_AHEAD)


def test_a_day_goes_when_all_of_it_is_too_old() -> None:
    """Not an hour before."""
    assert not too_old(19_999, 1, _NOW_US)
    assert too_old(19_998, 1, _NOW_US)
    assert not too_old(day_of(_NOW_US), 0, _NOW_US)


@given(_days, st.integers(0, 1_000), st.integers(0, 300))
def test_no_more_goes_than_has_to(days: list[Day], most: int, other: int) -> None:
    """The oldest first, today never; and what is left fits, if anything could."""
    gone = too_many(days, most, other, _NOW_US)
    left = list(days)
    for day in gone:
        left.remove(day)
    assert all(day.day < 20_000 for day in gone)
    total = other + sum(day.bytes for day in left)
    assert total <= most or all(day.day >= 20_000 for day in left)
    if gone:
        assert total + gone[-1].bytes > most
        assert all(gone[-1].day <= day.day for day in left)


def test_a_time_is_kept_that_a_clock_may_show() -> None:
    """A day ahead, a year and a month back."""
    assert storable(_NOW_US + DAY_US, _NOW_US)
    assert not storable(_NOW_US + DAY_US + 1, _NOW_US)
    assert storable(_NOW_US - 400 * DAY_US, _NOW_US)
    assert not storable(0, _NOW_US)
