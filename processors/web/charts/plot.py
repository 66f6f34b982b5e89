"""The ground of a chart over time: its frame, both axes, the legend, the lines.

The x axis is time in milliseconds since the epoch, the y axis numbers of one unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from processors.web.charts.clocks import moment, time_label, time_marks, written
from processors.web.charts.markup import label, number, shortened, tag, wide
from processors.web.charts.picture import Size
from processors.web.charts.ticks import LogScale, Scale
from processors.web.charts.units import Unit, known, say

DASHES = (None, "7 3", "2 3", "10 3 2 3", "4 2", "1 4")
"""How the lines of a chart differ beside their colour; six, then they repeat."""
_LINE = 17.0
_RIGHT, _BELOW = 12.0, 22.0
_SWATCH = 24.0

Axis: TypeAlias = Scale | LogScale
Values: TypeAlias = Sequence[float | None]
Point: TypeAlias = str | None
"""A place as path data has it, `x y`; None in a gap."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across a chart: an objective, a limit; its value and its name."""

    value: float
    name: str


class Entry(NamedTuple):
    """A line of the legend: what the line with this number is called."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the data of a drawing stand, and how numbers become places."""

    size: Size
    axis: Axis
    unit: Unit
    low_ms: float
    high_ms: float
    left: float
    top: float

    @property
    def right(self) -> float:
        """The right edge of the data."""
        return self.size.width - _RIGHT

    @property
    def bottom(self) -> float:
        """The lower edge of the data."""
        return self.size.height - _BELOW

    def x(self, at_ms: float) -> float:
        """Return where a time stands; at an edge when it is outside."""
        return self.xs((at_ms,))[0]

    def xs(self, times_ms: Sequence[float]) -> list[float]:
        """Return where times stand; many at once are done in half the time."""
        left, width, low = self.left, self.right - self.left, self.low_ms
        each = 1 / (self.high_ms - low)
        shares = [(at - low) * each for at in times_ms]
        return [
            left + width * (share if 0 <= share <= 1 else 0.0 if share < 0 else 1.0)
            for share in shares
        ]

    def y(self, value: float) -> float:
        """Return where a number stands; at an edge when it is outside."""
        return self.bottom - self.axis.share(value) * (self.bottom - self.top)

    def ys(self, values: Values) -> list[float | None]:
        """Return where numbers stand, None for none; many at once are cheaper."""
        share, bottom, height = self.axis.share, self.bottom, self.bottom - self.top
        return [
            None if value is None else bottom - share(value) * height
            for value in values
        ]


def plotted(
    size: Size, axis: Axis, unit: Unit, ends_ms: tuple[float, float], head: float
) -> Plot:
    """Return a plot below a head of so many units, wide enough on the left.

    `ends_ms` are the first and last time; one moment alone becomes a minute.
    """
    low, high = (moment(at).timestamp() * 1_000 for at in ends_ms)
    if high <= low:
        low, high = low - 30_000, low + 30_000
    widest = max(wide(say(mark, unit)) for mark in axis.marks)
    return Plot(size, axis, unit, low, high, widest + 10, head + 10)


def axes(plot: Plot) -> list[str]:
    """Return the lines of the grid and the labels of both axes."""
    parts = []
    for mark in plot.axis.marks:
        y = plot.y(mark)
        parts += [
            tag("path", d=_level(plot, y), class_="c-grid"),
            label(
                say(mark, plot.unit),
                plot.left - 6,
                y + 4,
                text_anchor="end",
                class_="c-mute",
            ),
        ]
    return [*parts, *_times(plot)]


def _times(plot: Plot) -> list[str]:
    """Return the marks of the x axis, with as many labels as do not touch."""
    parts: list[str] = []
    free = 0.0
    most = int((plot.right - plot.left) / 64)
    for mark in time_marks(plot.low_ms, plot.high_ms, max(2, most)):
        x = plot.x(mark.at_ms)
        tick = f"M{x:.1f} {plot.bottom:.1f}v4"
        parts.append(tag("path", d=tick, class_="c-axis"))
        half = wide(written(mark.at_ms, mark.fine)) / 2
        centre = max(half + 1, min(x, plot.size.width - half - 1))
        if centre - half < free:
            continue
        free = centre + half + 8
        parts.append(
            time_label(
                mark, centre, plot.bottom + 17, text_anchor="middle", class_="c-mute"
            )
        )
    return parts


def limit_line(plot: Plot, limit: Limit | None) -> list[str]:
    """Return a limit's line with its name above it, if it is within the axis."""
    value = known(limit.value) if limit else None
    if limit is None or value is None or not plot.axis.low <= value <= plot.axis.high:
        return []
    y = plot.y(value)
    over = y - 5 if y - plot.top > _LINE else y + 14
    said = shortened(f"{limit.name} {say(value, plot.unit)}", 40)
    return [
        tag("path", d=_level(plot, y), class_="c-limit", stroke_dasharray="1 3"),
        label(said, plot.right - 2, over, text_anchor="end", class_="c-t c-halo"),
    ]


def _level(plot: Plot, y: float) -> str:
    return f"M{plot.left:.1f} {y:.1f}H{plot.right:.1f}"


class Legend(NamedTuple):
    """A legend as it is drawn, and how high it is."""

    parts: Sequence[str]
    height: float


def legend(size: Size, entries: Sequence[Entry]) -> Legend:
    """Return names beside samples of their lines, in as many rows as they need."""
    parts: list[str] = []
    x, y = 2.0, 13.0
    most = int((size.width - _SWATCH - 12) / 7)
    for name, at in entries:
        said = shortened(name, most)
        length = _SWATCH + 6 + wide(said) + 14
        if x > 2 and x + length > size.width:  # noqa: PLR2004 - the first of its row stays
            x, y = 2.0, y + _LINE
        parts += [
            tag(
                "path",
                d=f"M{number(x)} {number(y - 4)}h{number(_SWATCH)}",
                class_=f"c-line c-s{at % len(DASHES)}",
                stroke_dasharray=DASHES[at % len(DASHES)],
            ),
            label(said, min(x + _SWATCH + 6, size.width), y, class_="c-t"),
        ]
        x += length
    return Legend(parts, y + 4 if entries else 0.0)


def points(plot: Plot, xs: Sequence[float], values: Values) -> list[Point]:
    """Return the place of each value as `x y`, None for none."""
    return [
        None if y is None else f"{x:.1f} {y:.1f}"
        for x, y in zip(xs, plot.ys(values), strict=True)
    ]


def runs(places: Sequence[Point]) -> list[list[str]]:
    """Return the stretches without a gap."""
    found: list[list[str]] = []
    run: list[str] = []
    for place in places:
        if place is not None:
            run.append(place)
        elif run:
            found.append(run)
            run = []
    return [*found, run] if run else found


def curve(places: Sequence[Point]) -> str:
    """Return path data of a line with gaps; one point alone becomes a short stroke."""
    return "".join(
        f"M{run[0]}m-1.5 0h3" if len(run) == 1 else "M" + "L".join(run)
        for run in runs(places)
    )


def stroke(data: str, at: int) -> str:
    """Return the line with this number: its colour and its dashes."""
    return tag(
        "path",
        d=data,
        class_=f"c-line c-s{at % len(DASHES)}",
        stroke_dasharray=DASHES[at % len(DASHES)],
    )


def nothing(size: Size, why: str = "no data in this time") -> list[str]:
    """Return what stands where there is nothing to draw."""
    return [
        tag("rect", x=1, y=1, width=size.width - 2, height=size.height - 2, rx=4,
            class_="c-empty"),
        label(shortened(why, int(size.width / 7.4)), size.width / 2, size.height / 2,
              text_anchor="middle", class_="c-mute"),
    ]  # fmt: skip
