"""Durations, tiers and Retry-After."""

import pytest

from bus.delivery.schedule import (
    due_ms,
    format_duration,
    parse_duration,
    parse_retry_after,
)

NOW_S = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's example


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("1s", 1.0),
        ("5m", 300.0),
        ("2h", 7_200.0),
        ("3d", 259_200.0),
        ("1.5 s", 1.5),
        (" 30 ", 30.0),
        (30, 30.0),
        (0.25, 0.25),
    ],
)
def test_durations(text: str | float, seconds: float) -> None:
    """A number and a unit, or a number of seconds."""
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected a number and ms, s, m, h or d"),
        ("1w", "'1w' is no duration"),
        ("-1s", "'-1s' is no duration"),
        ("1s 5s", "is no duration"),
        ("\N{ARABIC-INDIC DIGIT ONE}s", "is no duration"),
        ("9" * 400 + "d", "is too long"),
        (-1, "-1 is no duration"),
        (float("nan"), "nan is no duration"),
        (float("inf"), "inf is no duration"),
    ],
)
def test_what_is_no_duration(text: str | float, why: str) -> None:
    """The error says what is expected."""
    with pytest.raises(ValueError, match=r"duration|too long") as caught:
        parse_duration(text)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.5, "500ms"),
        (1, "1s"),
        (90, "90s"),
        (300, "5m"),
        (7_200, "2h"),
        (172_800, "2d"),
    ],
)
def test_durations_are_written_short(seconds: float, text: str) -> None:
    """The longest unit that is exact."""
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("delay_s", "later_ms"),
    [(0, 0), (1, 1_000), (0.1, 100), (0.0005, 1), (1.0001, 1_001)],
)
def test_due_is_never_early(delay_s: float, later_ms: int) -> None:
    """A part of a millisecond is waited out."""
    assert due_ms(1_764_000_000_000, delay_s) == 1_764_000_000_000 + later_ms


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("1.5", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("-5", 0.0),
        ("7200", 3_600.0),
        ("9" * 5_000, 3_600.0),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 10.0),
        ("Sunday, 06-Nov-94 08:49:47 GMT", 10.0),
        ("Sun Nov  6 08:49:47 1994", 10.0),
        ("Sun, 06 Nov 1994 08:49:47 -0000", 10.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("Sun, 06 Nov 2094 08:00:00 GMT", 3_600.0),
        ("Sun, 99 Nov 1994 08:49:47 GMT", None),
        ("Mon, 01 Jan 1900 00:00:00 +2359", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 -9999", None),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    """Delta-seconds and all three HTTP dates; garbage is nothing, a cap is kept."""
    assert parse_retry_after(text, NOW_S) == seconds
