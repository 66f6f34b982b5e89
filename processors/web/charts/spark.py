"""A small line for a cell of a table."""

from collections.abc import Sequence

from markupsafe import Markup

from processors.web.charts.markup import escaped, tag
from processors.web.charts.plot import Values, curve
from processors.web.charts.ticks import scale
from processors.web.charts.units import Unit, known, say

_WIDTH, _HEIGHT, _EDGE = 96.0, 24.0, 3.0


def sparkline(name: str, values: Values, unit: Unit) -> Markup:
    """Return a line of the values, oldest first, from zero up, with gaps for None.

    Its title says what it shows; it has no table of its own: the cell beside it has
    the last value, and the page that its row links to has the chart.
    """
    drawn = [known(value) for value in values]
    inside = _inside(drawn, unit)
    return Markup(  # noqa: S704 - escaped by `markup`
        tag(
            "svg",
            f"<title>{escaped(_sentence(name, drawn, unit))}</title>",
            *inside,
            viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
            class_="c-spark",
            role="img",
        )
    )


def _inside(values: Sequence[float | None], unit: Unit) -> list[str]:
    seen = [value for value in values if value is not None]
    if not seen:
        middle = f"M{_EDGE:.0f} {_HEIGHT / 2:.0f}H{_WIDTH - _EDGE:.0f}"
        return [tag("path", d=middle, class_="c-axis", stroke_dasharray="2 3")]
    axis = scale(min(seen), max(seen), unit)
    step = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    xs = [_EDGE + at * step for at in range(len(values))]

    def y(value: float) -> float:
        return _HEIGHT - _EDGE - axis.share(value) * (_HEIGHT - 2 * _EDGE)

    places = [
        None if value is None else f"{x:.1f} {y(value):.1f}"
        for x, value in zip(xs, values, strict=True)
    ]
    parts = [tag("path", d=curve(places), class_="c-line c-s0")]
    last = values[-1]
    if last is not None:
        parts.append(tag("circle", cx=xs[-1], cy=y(last), r=2, class_="c-dot"))
    return parts


def _sentence(name: str, values: Sequence[float | None], unit: Unit) -> str:
    seen = [value for value in values if value is not None]
    if not seen:
        return f"{name}: no data"
    return (
        f"{name}: {say(min(seen), unit)} to {say(max(seen), unit)}, "
        f"{say(values[-1], unit)} now"
    )
