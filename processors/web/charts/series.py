"""Numbers over time: as lines, stacked areas, or stacked bars, with gaps.

What is None was not counted and is left out, never drawn as zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from processors.web.charts.clocks import between
from processors.web.charts.markup import tag
from processors.web.charts.picture import (
    NARROW,
    WIDE,
    Cell,
    Picture,
    Size,
    Table,
    drawing,
)
from processors.web.charts.plot import (
    DASHES,
    Entry,
    Limit,
    Plot,
    Values,
    axes,
    curve,
    legend,
    limit_line,
    nothing,
    plotted,
    points,
    stroke,
)
from processors.web.charts.stacking import areas, bars, stacked
from processors.web.charts.ticks import Scale, near_top, scale
from processors.web.charts.units import Unit, known, say

_NEAR = 0.5
"""From here on a share is drawn from below itself, not from zero."""


class Form(StrEnum):
    """How series are drawn. Stacked, they must not be negative."""

    LINES = "lines"
    AREAS = "areas"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, and a number or None for each of the chart's times."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeries:
    """What is drawn over time.

    Attributes:
        title: What is counted, in a few words.
        times_ms: The times, ascending, in milliseconds since the epoch.
        series: One to six, each with a value for each time.
        unit: Of all values.
        form: Lines, or stacked areas or bars; a stack has a gap where any is missing.
        limit: A line across, such as an objective.
    """

    title: str
    times_ms: Sequence[int]
    series: Sequence[Series]
    unit: Unit
    form: Form = Form.LINES
    limit: Limit | None = None


def time_series(view: TimeSeries) -> Picture:
    """Return the picture of numbers over time."""
    series = [[known(value) for value in each.values] for each in view.series]
    tops = series if view.form is Form.LINES else stacked(series)
    desc = _sentence(view)
    return Picture(
        view.title,
        desc,
        _drawn(view, tops, WIDE, desc),
        _drawn(view, tops, NARROW, desc),
        _table(view),
    )


def _drawn(view: TimeSeries, tops: Sequence[Values], size: Size, desc: str) -> Markup:
    seen = [value for each in tops for value in each if value is not None]
    if not seen:
        return drawing(size, view.title, desc, nothing(size))
    head = legend(
        size,
        [
            Entry(f"{each.name} {say(_last(each.values), view.unit)}", at)
            for at, each in enumerate(view.series)
        ],
    )
    axis = _axis(view, min(seen), max(seen))
    plot = plotted(size, axis, view.unit, _ends(view), head.height)
    inside = [*head.parts, *axes(plot), *_shapes(view, plot, tops)]
    return drawing(size, view.title, desc, [*inside, *limit_line(plot, view.limit)])


def _axis(view: TimeSeries, low: float, high: float) -> Scale:
    """Return an axis from zero up; shares near the top are shown from near, too."""
    limit = known(view.limit.value) if view.limit else None
    if limit is not None and limit <= 2 * high:
        low, high = min(low, limit), max(high, limit)
    near = view.form is Form.LINES and view.unit is Unit.SHARE and low > _NEAR
    return near_top(low) if near else scale(low, high, view.unit)


def _ends(view: TimeSeries) -> tuple[float, float]:
    """Return the first and the last time, bars with half a step on both sides."""
    low, high = min(view.times_ms), max(view.times_ms)
    beside = 0.0
    if view.form is Form.BARS and high > low:
        beside = (high - low) / (len(view.times_ms) - 1) / 2
    return low - beside, high + beside


def _shapes(view: TimeSeries, plot: Plot, tops: Sequence[Values]) -> list[str]:
    xs = plot.xs(view.times_ms)
    if view.form is Form.BARS:
        stacks = bars(plot, xs, tops)
        return [
            *_filled([each.outlines for each in stacks], "c-bar"),
            *(stroke(each.edges, at) for at, each in enumerate(stacks)),
        ]
    places = [points(plot, xs, each) for each in tops]
    lines = [stroke(curve(each), at) for at, each in enumerate(places)]
    if view.form is Form.LINES:
        return lines
    floor = points(plot, xs, [0.0] * len(xs))
    return [*_filled(areas(floor, places), "c-area"), *lines]


def _filled(outlines: Sequence[str], name: str) -> list[str]:
    return [
        tag("path", d=data, class_=f"{name} c-s{at % len(DASHES)}")
        for at, data in enumerate(outlines)
    ]


def _last(values: Values) -> float | None:
    return values[-1] if values else None


def _sentence(view: TimeSeries) -> str:
    said = []
    for each in view.series:
        seen = [value for value in each.values if known(value) is not None]
        if not seen:
            said.append(f"{each.name}: no data")
            continue
        numbers = [value for value in seen if value is not None]
        text = (
            f"{each.name}: {say(_last(each.values), view.unit)} at the end, "
            f"{say(min(numbers), view.unit)} to {say(max(numbers), view.unit)}"
        )
        missing = len(each.values) - len(seen)
        said.append(f"{text}, {missing} without data" if missing else text)
    if not view.times_ms or not said:
        return f"{view.title}: no data."
    when = between(view.times_ms[0], view.times_ms[-1])
    return f"{view.title} {when}; {'; '.join(said)}."


def _table(view: TimeSeries) -> Table:
    unit = view.unit
    columns = [
        [Cell(say(value, unit)) for value in each.values] for each in view.series
    ]
    times = [Cell("", at_ms, "hour") for at_ms in view.times_ms]
    names = [each.name for each in view.series]
    return Table(("time", *names), list(zip(times, *columns, strict=True)))
