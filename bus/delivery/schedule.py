"""When something is due: durations, tiers, Retry-After."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil, isfinite

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d)?")
_LONGEST_S = 1_000_000 * 86_400  # so that now and it is a date; 2,700 years
_DELTA_SECONDS = re.compile(r"-?[0-9]+")


def parse_duration(text: str | float) -> float:
    """Return the seconds of `500ms`, `1s`, `5m`, `2h`, `3d`, or a number of seconds.

    Raises:
        ValueError: saying what is expected.
    """
    if not isinstance(text, str):
        if isfinite(text) and text >= 0:
            return float(text)
        raise ValueError(f"{text} is no duration; expected seconds from 0 on")
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"{text[:40]!r} is no duration; expected a number and ms, s, m, h or d"
        )
    seconds = float(found[1]) * _UNITS[found[2] or "s"]
    if seconds > _LONGEST_S:
        raise ValueError(f"{text[:40]!r} is too long; expected at most 1000000d")
    return seconds


def format_duration(seconds: float) -> str:
    """Return the shortest exact text that `parse_duration` reads, to 1 ms."""
    milliseconds = round(seconds * 1000)
    for unit in ("d", "h", "m", "s"):
        size = int(_UNITS[unit] * 1000)
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms" if milliseconds else "0s"


def parse_moment(text: str, now_s: float) -> float:
    """Return the epoch seconds of an RFC 3339 time, or of `2h`, `2h ago`, `now`.

    Raises:
        ValueError: saying what is expected.
    """
    text = text.strip()
    if text == "now":
        return now_s
    duration = text.removesuffix("ago").strip()
    if _DURATION.fullmatch(duration) and not duration.isdecimal():
        return now_s - parse_duration(duration)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(
            f"{text[:40]!r} is no time; expected 2026-11-23T12:00:00Z or 2h (ago)"
        )
    return moment.timestamp()


def due_ms(appended_ms: int, delay_s: float) -> int:
    """Return the epoch millisecond a record is due in its tier; never early."""
    return appended_ms + ceil(round(delay_s * 1000, 6))


def parse_retry_after(
    text: str | None, now_s: float, cap_s: float = 3600.0
) -> float | None:
    """Return the seconds a Retry-After header asks for (RFC 9110, 10.2.3).

    Takes delta-seconds and HTTP-dates; the past is 0, more than `cap_s` is `cap_s`,
    anything else None.
    """
    if text is None:
        return None
    text = text.strip()
    if _DELTA_SECONDS.fullmatch(text):
        # More digits than a cap has need no reading, however many there are.
        wanted = float(text[:20])
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        wanted = moment.timestamp() - now_s
    return min(max(wanted, 0.0), cap_s)
