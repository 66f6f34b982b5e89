"""Times are round, in UTC, and can be rewritten."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from processors.web.charts.clocks import (
    Tick,
    stamp,
    time_element,
    time_label,
    time_marks,
    written,
)
from tests.support.drawable import LAWFUL
from tests.support.pictures import parsed

NINE = int(datetime(2026, 11, 28, 9, tzinfo=UTC).timestamp() * 1_000)
HOUR = 3_600_000


def test_an_axis_of_an_hour_is_marked_every_ten_minutes() -> None:
    """The first mark says its day, too."""
    marks = time_marks(NINE, NINE + HOUR, 7)
    assert [written(mark.at_ms, mark.fine) for mark in marks] == [
        *("28 Nov 09:00", "09:10", "09:20", "09:30", "09:40", "09:50", "10:00")
    ]


def test_midnight_says_its_day() -> None:
    """Where a day begins, the label has its date."""
    marks = time_marks(NINE + 12 * HOUR, NINE + 18 * HOUR, 4)
    assert [written(mark.at_ms, mark.fine) for mark in marks] == [
        *("28 Nov 22:00", "29 Nov 00:00", "02:00")
    ]


@LAWFUL
@given(
    low=st.integers(-60_000_000_000_000, 250_000_000_000_000),
    span=st.floats(min_value=0, max_value=1e13),
    most=st.integers(min_value=2, max_value=12),
)
def test_there_are_never_too_many_marks(low: int, span: float, most: int) -> None:
    """From a millisecond to centuries, within both ends."""
    marks = time_marks(low, low + span, most)
    assert len(marks) <= most
    assert all(low <= mark.at_ms <= low + span for mark in marks)


def test_what_the_switch_needs_stands_beside_each_time() -> None:
    """A label and a table's time have the moment and how fine it is written."""
    label = parsed(time_label(Tick(NINE, "minute"), 1, 2))
    assert label.attrib == {
        "x": "1",
        "y": "2",
        "data-time": "2026-11-28T09:00:00Z",
        "data-as": "minute",
    }
    assert label.text == "09:00"
    time = parsed(time_element(NINE + 5_120, "milli"))
    assert time.attrib == {"datetime": "2026-11-28T09:00:05.120Z", "data-as": "milli"}
    assert time.text == "09:00:05.120"


def test_times_beyond_the_calendar_are_its_ends() -> None:
    """A time of year 60000 is drawn, not an error."""
    assert stamp(10**18).startswith("9999-12-31")
    assert stamp(-(10**18)).startswith("0001-01-01")
