"""Times on an axis and in tables: UTC, marked so that the page's switch can rewrite.

A label in a picture is `<text data-time="2026-11-28T09:00:00Z" data-as="minute">`, in
a table `<time datetime="…" data-as="second">`. `data-as` says how fine to write it:
`day` (28 Nov), `hour` (28 Nov 09:00), `minute` (09:00), `second` (09:00:05), `milli`
(09:00:05.120).
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from processors.web.charts.markup import Value, escaped, tag

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = -62_135_596_800_000, 253_402_300_799_000
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_STEPS = (
    *(1, 2, 5, 10, 20, 50, 100, 200, 500),
    *(count * _SECOND for count in (1, 2, 5, 10, 15, 30)),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
    *(count * _DAY for count in (1, 2, 7, 14, 30, 90, 365)),
)
_FORMS = {
    "day": "{0.day} {0:%b}",
    "hour": "{0.day} {0:%b} {0:%H:%M}",
    "minute": "{0:%H:%M}",
    "second": "{0:%H:%M:%S}",
}


class Tick(NamedTuple):
    """A mark on an axis of time: where, and how fine it is written."""

    at_ms: int
    fine: str


def moment(at_ms: float) -> datetime:
    """Return a time in UTC, the nearest there is outside of the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=max(_EARLIEST, min(_LATEST, at_ms)))


def stamp(at_ms: float) -> str:
    """Return `2026-11-28T09:00:00Z`, with milliseconds where there are any."""
    text = moment(at_ms).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00").removesuffix(".000") + "Z"


def written(at_ms: float, fine: str) -> str:
    """Return the time in UTC as `data-as` says, for example `28 Nov 09:00`."""
    at = moment(at_ms)
    if fine == "milli":
        return f"{at:%H:%M:%S}.{at.microsecond // 1_000:03d}"
    return _FORMS[fine].format(at)


def time_element(at_ms: float, fine: str) -> str:
    """Return a `<time>` for a table; in UTC until the switch says otherwise."""
    said = escaped(written(at_ms, fine))
    return tag("time", said, datetime=stamp(at_ms), data_as=fine)


def time_label(mark: Tick, x: float, y: float, **attributes: Value) -> str:
    """Return a label of an axis of time."""
    return tag(
        "text",
        written(mark.at_ms, mark.fine),
        x=x,
        y=y,
        data_time=stamp(mark.at_ms),
        data_as=mark.fine,
        **attributes,
    )


def time_marks(low_ms: float, high_ms: float, most: int) -> Sequence[Tick]:
    """Return at most `most` round times between two, the first one with its day."""
    span = max(1.0, high_ms - low_ms)
    step = next((step for step in _STEPS if span / step <= most - 1), 0)
    step = step or int(span / most // _DAY + 1) * _DAY
    first = math.ceil(low_ms / step) * step
    fine = _fineness(step)
    marks: list[Tick] = []
    for at in range(first, math.floor(high_ms) + 1, step):
        dated = fine == "minute" and (not marks or at % _DAY == 0)
        marks.append(Tick(at, "hour" if dated else fine))
    return marks


def _fineness(step_ms: int) -> str:
    if step_ms >= _DAY:
        return "day"
    if step_ms >= _MINUTE:
        return "minute"
    return "second" if step_ms >= _SECOND else "milli"


def between(low_ms: float, high_ms: float) -> str:
    """Return `from 28 Nov 08:00 to 28 Nov 09:00 UTC`, for sentences."""
    return f"from {written(low_ms, 'hour')} to {written(high_ms, 'hour')} UTC"
