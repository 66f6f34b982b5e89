"""Percentiles over time: p50, p95 and p99 on a logarithmic axis, with gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
from processors.web.charts.stacking import outline
from processors.web.charts.ticks import log_scale
from processors.web.charts.units import Unit, known, say

_NAMES = ("p50", "p95", "p99")


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Three percentiles over time.

    Attributes:
        title: What is measured, in a few words.
        times_ms: The times, ascending, in milliseconds since the epoch.
        p50: Half of all are no more; a value or None for each time, likewise below.
        p95: 95 of 100 are no more.
        p99: 99 of 100 are no more.
        unit: Of all values.
        limit: The objective, usually of p95.
    """

    title: str
    times_ms: Sequence[int]
    p50: Values
    p95: Values
    p99: Values
    unit: Unit = Unit.MS
    limit: Limit | None = None


def percentiles(view: Percentiles) -> Picture:
    """Return the picture of percentiles; the axis is logarithmic and says so."""
    lines = [
        [known(value) for value in each] for each in (view.p50, view.p95, view.p99)
    ]
    desc = _sentence(view, lines)
    return Picture(
        view.title,
        desc,
        _drawn(view, lines, WIDE, desc),
        _drawn(view, lines, NARROW, desc),
        _table(view),
    )


def _drawn(view: Percentiles, lines: Sequence[Values], size: Size, desc: str) -> Markup:
    seen = [value for each in lines for value in each if value is not None]
    if not seen:
        return drawing(size, view.title, desc, nothing(size))
    ends = [known(view.limit.value) or 0.0] if view.limit else []
    last = [say(each[-1], view.unit) for each in lines]
    head = legend(
        size,
        [Entry(f"{name} {last[at]}", at) for at, name in enumerate(_NAMES)],
    )
    plot = plotted(
        size,
        log_scale([*seen, *ends]),
        view.unit,
        (min(view.times_ms), max(view.times_ms)),
        head.height,
    )
    inside = [*head.parts, *axes(plot), *_shapes(view, plot, lines)]
    return drawing(size, view.title, desc, [*inside, *limit_line(plot, view.limit)])


def _shapes(view: Percentiles, plot: Plot, lines: Sequence[Values]) -> list[str]:
    xs = plot.xs(view.times_ms)
    places = [points(plot, xs, each) for each in lines]
    bands = [
        tag("path", d=outline(low, high), class_=f"c-band c-s{at}")
        for at, (low, high) in enumerate(pairwise(places), 1)
    ]
    return [*bands, *(stroke(curve(each), at) for at, each in enumerate(places))]


def _sentence(view: Percentiles, lines: Sequence[Values]) -> str:
    seen = [[value for value in each if value is not None] for each in lines]
    if not any(seen):
        return f"{view.title}: no data."
    said = [
        f"{name} {say(values[-1], view.unit)} at the end, at most "
        f"{say(max(known), view.unit)}"
        for name, values, known in zip(_NAMES, lines, seen, strict=True)
        if known
    ]
    when = between(view.times_ms[0], view.times_ms[-1])
    return f"{view.title} {when} on a logarithmic axis; {'; '.join(said)}."


def _table(view: Percentiles) -> Table:
    columns = [
        [Cell(say(value, view.unit)) for value in each]
        for each in (view.p50, view.p95, view.p99)
    ]
    times = [Cell("", at_ms, "hour") for at_ms in view.times_ms]
    return Table(("time", *_NAMES), list(zip(times, *columns, strict=True)))
