"""The axis of a timeline: even, or squeezed where a wait would dwarf all else."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from processors.web.charts.clocks import Tick, moment, time_label, time_marks
from processors.web.charts.markup import label, tag, wide
from processors.web.charts.timeline_bars import Bar
from processors.web.charts.units import span

_SMALL = 0.012
"""An attempt shorter than this share of all is hard to see on an even axis."""
_GRAIN_MS = 20.0
_APART = 74.0


@dataclass(frozen=True, slots=True)
class Axis:
    """Where moments stand, by line between knots.

    Attributes:
        knots_ms: Moments, ascending.
        shares: Where each stands, 0 to 1, ascending.
        squeezed: Whether equal lengths are not equal times.
        left: The left edge, in units of the picture.
        right: The right edge.
    """

    knots_ms: Sequence[float]
    shares: Sequence[float]
    squeezed: bool
    left: float = 0.0
    right: float = 1.0

    @property
    def low_ms(self) -> float:
        """The first moment."""
        return self.knots_ms[0]

    @property
    def high_ms(self) -> float:
        """The last moment."""
        return self.knots_ms[-1]

    def within(self, left: float, right: float) -> "Axis":
        """Return the axis between two edges."""
        return replace(self, left=left, right=right)

    def x(self, at_ms: float) -> float:
        """Return where a moment stands; at an edge when it is outside."""
        at = max(self.low_ms, min(self.high_ms, at_ms))
        place = min(bisect_right(self.knots_ms, at), len(self.knots_ms) - 1)
        low, high = self.knots_ms[place - 1], self.knots_ms[place]
        share = (at - low) / (high - low)
        start, end = self.shares[place - 1], self.shares[place]
        whole = start + share * (end - start)
        return self.left + max(0.0, min(1.0, whole)) * (self.right - self.left)


def axis_of(bars: Sequence[Bar]) -> Axis | None:
    """Return an axis on which every bar can be seen; None without any bar.

    It is even as long as the median attempt is not too short on it. Otherwise each
    stretch between two moments is as long as the logarithm of its time.
    """
    if not bars:
        return None
    times = sorted({_drawable(at) for bar in bars for at in (bar.start_ms, bar.end_ms)})
    if times[-1] <= times[0]:
        times = [times[0], times[0] + 1_000]
    whole = times[-1] - times[0]
    lengths = sorted(bar.end_ms - bar.start_ms for bar in bars if bar.kind.is_attempt)
    if not lengths or lengths[len(lengths) // 2] >= _SMALL * whole:
        return Axis((times[0], times[-1]), (0.0, 1.0), squeezed=False)
    weights = [math.log1p((high - low) / _GRAIN_MS) for low, high in pairwise(times)]
    total, shares, along = sum(weights), [0.0], 0.0
    for weight in weights:
        along += weight / total
        shares.append(min(1.0, along))
    return Axis(times, shares, squeezed=True)


def _drawable(at_ms: float) -> float:
    return moment(at_ms).timestamp() * 1_000


def marks(axis: Axis, y: float, end: float) -> list[str]:
    """Return the axis: times on an even one; on a squeezed one, how long since."""
    parts = [
        tag("path", d=f"M{axis.left:.1f} {y + 6:.1f}H{axis.right:.1f}", class_="c-axis")
    ]
    if not axis.squeezed:
        most = max(2, int((axis.right - axis.left) / 100))
        times = time_marks(axis.low_ms, axis.high_ms, most)
        return [*parts, *(_time(axis, mark, y, end) for mark in times)]
    first = Tick(int(axis.low_ms), "second")
    parts.append(time_label(first, axis.left, y, class_="c-mute"))
    free = axis.left + _APART
    for knot in axis.knots_ms[1:]:
        x = axis.x(knot)
        words = f"+{span((knot - axis.low_ms) / 1_000)}"
        half = wide(words) / 2
        centre = min(x, axis.right + 12 - half)
        if centre - half < free:
            continue
        free = centre + half + 12
        parts += [
            tag("path", d=f"M{x:.1f} {y + 6:.1f}V{end:.1f}", class_="c-grid"),
            label(words, centre, y, text_anchor="middle", class_="c-mute"),
        ]
    return parts


def _time(axis: Axis, mark: Tick, y: float, end: float) -> str:
    x = axis.x(mark.at_ms)
    near = min(x, axis.right - 30)
    anchor = "start" if near < axis.left + 40 else "middle"
    return tag(
        "path", d=f"M{x:.1f} {y + 6:.1f}V{end:.1f}", class_="c-grid"
    ) + time_label(
        mark,
        near,
        y,
        text_anchor=anchor,
        class_="c-mute",
    )
