"""Durations round-trip; no header can break the schedule."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.schedule import (
    due_ms,
    format_duration,
    parse_duration,
    parse_retry_after,
)


@given(milliseconds=st.integers(0, 10**10))
def test_durations_round_trip(milliseconds: int) -> None:
    """What is written is read, to the millisecond."""
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds)


@given(appended_ms=st.integers(0, 2**42), milliseconds=st.integers(0, 10**8))
def test_due_is_exact(appended_ms: int, milliseconds: int) -> None:
    """A delay of whole milliseconds is neither early nor late."""
    assert due_ms(appended_ms, milliseconds / 1000) == appended_ms + milliseconds


@given(text=st.text(max_size=60), now_s=st.floats(0, 4e9))
def test_any_retry_after_is_within_bounds(text: str, now_s: float) -> None:
    """Nothing, or 0 to the cap."""
    seconds = parse_retry_after(text, now_s)
    assert seconds is None or 0 <= seconds <= 3_600


@given(now_s=st.integers(0, 2**33), ahead_s=st.integers(-5_000, 5_000))
def test_http_dates(now_s: int, ahead_s: int) -> None:
    """A date is as far away as it says."""
    moment = datetime.fromtimestamp(now_s + 5_000 + ahead_s, UTC)
    seconds = parse_retry_after(format_datetime(moment, usegmt=True), now_s + 5_000)
    assert seconds == min(max(ahead_s, 0), 3_600)
