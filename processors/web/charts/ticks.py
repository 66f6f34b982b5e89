"""Where an axis is marked: round numbers in the unit's own steps."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from processors.web.charts.units import Unit

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_SECONDS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * count for count in (1, 2, 3, 6, 12)),
    _DAY,
)
_MOST = 8
"""More marks than this are never asked for, whatever the numbers."""


class Scale(NamedTuple):
    """An axis of numbers: its ends and its marks, the lowest first."""

    low: float
    high: float
    marks: Sequence[float]

    def share(self, value: float) -> float:
        """Return where a value stands between the ends, 0 to 1; outside at an end."""
        share = (value - self.low) / (self.high - self.low)
        return share if 0 <= share <= 1 else _within(share)


class LogScale(NamedTuple):
    """An axis on which each factor of ten is as long as the next; all above zero."""

    low: float
    high: float
    marks: Sequence[float]

    def share(self, value: float) -> float:
        """Return where a value stands between the ends, 0 to 1; outside at an end."""
        if value <= self.low:
            return 0.0
        span = math.log10(self.high) - math.log10(self.low)
        return _within((math.log10(value) - math.log10(self.low)) / span)


def _within(share: float) -> float:
    return max(0.0, min(1.0, share))


def scale(low: float, high: float, unit: Unit, most: int = 4) -> Scale:
    """Return an axis for values between `low` and `high`, zero always on it."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = 1.0
    step = _step((high - low) / min(most, _MOST), unit)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Scale(
        first * step, last * step, [at * step for at in range(first, last + 1)]
    )


def near_top(low: float) -> Scale:
    """Return an axis for shares of almost one: from below `low` up to one."""
    step = _round(max(1e-6, (1 - low) / 4))
    count = max(1, math.ceil((1 - low) / step - 1e-9))
    return Scale(1 - count * step, 1.0, [1 - at * step for at in range(count, -1, -1)])


def log_scale(values: Sequence[float]) -> LogScale:
    """Return a logarithmic axis for the values above zero, whole decades at its ends.

    Within two decades, twos and fives are marked too.
    """
    above = [value for value in values if value > 0]
    least, most = (min(above), max(above)) if above else (1.0, 10.0)
    first = max(-12, math.floor(math.log10(least)))
    last = max(first + 1, math.ceil(math.log10(most)))
    decades = last - first
    every = max(1, math.ceil(decades / _MOST))
    factors = (1, 2, 5) if decades <= 2 else (1,)  # noqa: PLR2004 - few enough
    marks = [
        factor * 10.0**power
        for power in range(first, last, every)
        for factor in factors
    ]
    return LogScale(10.0**first, 10.0**last, [*marks, 10.0**last])


def _step(rough: float, unit: Unit) -> float:
    match unit:
        case Unit.SECONDS:
            return _of_time(rough)
        case Unit.MS:
            return _of_time(rough / 1_000) * 1_000
        case Unit.BYTES:
            return 2.0 ** math.ceil(math.log2(max(1.0, rough)))
        case Unit.COUNT:
            return max(1.0, _round(rough))
        case Unit.PER_SECOND | Unit.SHARE:
            return _round(rough)


def _of_time(rough_s: float) -> float:
    if rough_s < 1:
        return _round(rough_s)
    for step in _SECONDS:
        if step >= rough_s:
            return step
    return _round(rough_s / _DAY) * _DAY


def _round(rough: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    rough = max(rough, 1e-12)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 5):
        if factor * power >= rough:
            return factor * power
    return 10 * power
