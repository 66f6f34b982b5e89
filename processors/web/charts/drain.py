"""A backlog so far, and when it will be empty: a range, held four times of five."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bus.watch.forecasts.drain import CannotSay, Never, OnTime, Verdict, Within
from processors.web.charts.clocks import between
from processors.web.charts.markup import label, tag
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
    Plot,
    Values,
    axes,
    curve,
    legend,
    plotted,
    points,
    stroke,
)
from processors.web.charts.ticks import scale
from processors.web.charts.units import Unit, known, say, span

_LEAST_MS = 900_000.0
_PAST = 3.0
"""How much longer the past may be than the future that is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draining:
    """A backlog and its forecast.

    Attributes:
        title: Whose backlog it is.
        times_ms: The times of the samples, ascending, milliseconds since the epoch.
        backlog: How much waited at each, None where nobody counted.
        now_ms: When the forecast was made.
        verdict: The forecast.
        record: How good it was before: `right 79 % of the last 120 times`.
        unit: Of the backlog.
    """

    title: str
    times_ms: Sequence[int]
    backlog: Values
    now_ms: int
    verdict: Verdict
    record: str = ""
    unit: Unit = Unit.COUNT


def draining(view: Draining) -> Picture:
    """Return the picture of a backlog with its forecast, or why there is none."""
    past = _past(view)
    times, values = [at for at, _ in past], [known(value) for _, value in past]
    said = forecast_words(view.verdict)
    now = say(values[-1] if values else None, view.unit)
    desc = f"{view.title}: {now} waiting; {said}."
    if times:
        desc = f"{desc[:-1]}, seen {between(times[0], times[-1])}."
    if view.record:
        desc = f"{desc[:-1]}; the forecast was {view.record}."

    def drawn(size: Size) -> Markup:
        head = legend(size, _entries(view, now))
        plot = _plot(view, size, (times, values), head.height)
        inside = [
            *head.parts,
            *axes(plot),
            stroke(curve(points(plot, plot.xs(times), values)), 0),
            *_future(plot, view, values),
        ]
        return drawing(size, view.title, desc, inside)

    return Picture(
        view.title, desc, drawn(WIDE), drawn(NARROW), _table(view, past, said)
    )


def forecast_words(verdict: Verdict) -> str:
    """Return a forecast in words: `empty in 18 m to 40 m, 80 %`."""
    match verdict:
        case Within(low, mid, high):
            return (
                f"empty in {_about(low)} to {_about(high)} (80 %), "
                f"most likely {_about(mid)}"
            )
        case OnTime():
            return "nothing waits too long"
        case Never(why):
            return f"not empty within a day: {why}"
        case CannotSay(why):
            return f"cannot say: {why}"


def _about(seconds: float) -> str:
    """A forecast is no finer than a minute, nor than a twentieth of itself."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return span(round(seconds))
    step = 60 if seconds < 7_200 else 600 if seconds < 86_400 else 3_600  # noqa: PLR2004 - two hours, a day
    return span(round(seconds / step) * step)


def _entries(view: Draining, now: str) -> list[Entry]:
    entries = [Entry(f"backlog {now}", 0)]
    if isinstance(view.verdict, Within):
        entries.append(Entry("most likely, with 80 % range", 1))
    return entries


def _past(view: Draining) -> list[tuple[int, float | None]]:
    ahead = max(_LEAST_MS, _ahead_ms(view))
    first = view.now_ms - _PAST * ahead
    pairs = zip(view.times_ms, view.backlog, strict=True)
    return [(at, value) for at, value in pairs if first <= at <= view.now_ms]


def _ahead_ms(view: Draining) -> float:
    match view.verdict:
        case Within(_, _, high):
            return min(high, 172_800) * 1_080
        case _:
            first = min(view.times_ms, default=view.now_ms)
            return max(_LEAST_MS, (view.now_ms - first) / 2)


def _plot(
    view: Draining,
    size: Size,
    past: tuple[Sequence[int], Values],
    head: float,
) -> Plot:
    times, values = past
    most = max((value for value in values if value is not None), default=0.0)
    ends = (min(times, default=view.now_ms), view.now_ms + _ahead_ms(view))
    return plotted(size, scale(0.0, most, view.unit), view.unit, ends, head)


def _future(plot: Plot, view: Draining, values: Values) -> list[str]:
    now = plot.x(view.now_ms)
    parts = [
        tag("path", d=f"M{now:.1f} {plot.top:.1f}V{plot.bottom:.1f}", class_="c-now"),
    ]
    match view.verdict:
        case Within(low, mid, high):
            waits = next((each for each in reversed(values) if each is not None), 0.0)
            ends = [plot.x(view.now_ms + each * 1_000) for each in (low, mid, high)]
            return [*parts, *_fan(plot, (now, plot.y(waits)), ends)]
        case _:
            return [*parts, *_unsaid(plot, now, view.verdict)]


def _fan(plot: Plot, start: tuple[float, float], ends: Sequence[float]) -> list[str]:
    x, y = start
    low, mid, high = ends
    floor = plot.bottom
    fan = f"M{x:.1f} {y:.1f}L{low:.1f} {floor:.1f}L{high:.1f} {floor:.1f}Z"
    ruler = f"M{low:.1f} {floor - 4:.1f}v8M{high:.1f} {floor - 4:.1f}v8"
    return [
        tag("path", d=fan, class_="c-band c-s1"),
        stroke(f"M{x:.1f} {y:.1f}L{mid:.1f} {floor:.1f}", 1),
        tag("path", d=f"{ruler}M{low:.1f} {floor:.1f}H{high:.1f}", class_="c-range"),
        tag("circle", cx=mid, cy=floor, r=4, class_="c-dot c-s1"),
    ]


def _unsaid(plot: Plot, now: float, verdict: Verdict) -> list[str]:
    room = plot.right - now
    middle, high = now + room / 2, (plot.top + plot.bottom) / 2
    first, second = _short(verdict)
    box = tag(
        "rect",
        x=now,
        y=plot.top,
        width=room,
        height=plot.bottom - plot.top,
        class_="c-empty",
    )
    return [
        box,
        label(first, middle, high - 4, text_anchor="middle", class_="c-t c-strong"),
        label(second, middle, high + 13, text_anchor="middle", class_="c-t"),
    ]


def _short(verdict: Verdict) -> tuple[str, str]:
    match verdict:
        case OnTime():
            return "✓", "on time"
        case Never():
            return "not within", "a day"
        case _:
            return "?", "cannot say"


def _table(
    view: Draining, past: Sequence[tuple[int, float | None]], said: str
) -> Table:
    rows = [
        (Cell("", at_ms=at, fine="hour"), Cell(say(value, view.unit)))
        for at, value in past
    ]
    match view.verdict:
        case Within(low, mid, high):
            ends = (("earliest", low), ("most likely", mid), ("latest", high))
            rows += [
                (
                    Cell("", at_ms=view.now_ms + seconds * 1_000, fine="hour"),
                    Cell(f"empty, {name} (in {_about(seconds)})"),
                )
                for name, seconds in ends
            ]
        case _:
            rows.append((Cell("", at_ms=view.now_ms, fine="hour"), Cell(said)))
    return Table(("time", "waiting"), rows)
