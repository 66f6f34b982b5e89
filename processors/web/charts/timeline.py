"""What happened to deliveries on one axis of time: waits, attempts, replays, acks.

Rows are deliveries of an event, or all events of an order. Where a wait dwarfs all
else, the axis is squeezed, and the picture says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bus.watch.wording import count
from processors.web.charts.markup import escaped, label, shortened, tag
from processors.web.charts.picture import (
    LARGE,
    NARROW,
    Cell,
    Picture,
    Size,
    Table,
    drawing,
)
from processors.web.charts.plot import nothing
from processors.web.charts.timeline_axis import Axis, axis_of, marks
from processors.web.charts.timeline_bars import Bar, bars, key_of
from processors.web.charts.units import span

_BESIDE = 240.0
_ROW, _TALL_ROW = 30.0, 44.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One delivery, or one event: its name, its page, how it ended, and its bars."""

    name: str
    href: str
    state: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Rows on one axis of time.

    Attributes:
        title: Of what, in a few words.
        rows: Rows from top to bottom.
        rest_href: The page with all rows, for those that are not drawn.
        most: How many rows are drawn; the table has them all.
    """

    title: str
    rows: Sequence[Row]
    rest_href: str = ""
    most: int = 40


def timeline(view: Timeline) -> Picture:
    """Return the timeline of deliveries or events."""
    shown = view.rows[: view.most]
    axis = axis_of([bar for row in shown for bar in row.bars])
    desc = _sentence(view, axis)
    return Picture(
        view.title,
        desc,
        _drawn(view, LARGE, axis, desc),
        _drawn(view, NARROW, axis, desc),
        _table(view),
    )


def _drawn(view: Timeline, size: Size, axis: Axis | None, desc: str) -> Markup:
    if axis is None:
        return drawing(size, view.title, desc, nothing(size, "nothing happened yet"))
    shown, more = view.rows[: view.most], len(view.rows) - view.most
    beside = size.width > NARROW.width
    left = _BESIDE if beside else 6.0
    axis = axis.within(left, size.width - 14)
    key = key_of([bar.kind for row in shown for bar in row.bars], size.width)
    top = key.height + 30
    high = _ROW if beside else _TALL_ROW
    end = top + high * len(shown)
    inside = [*key.parts, *marks(axis, key.height + 16, end)]
    for at, row in enumerate(shown):
        inside += _row(row, axis, top + at * high, beside=beside)
    if more > 0:
        inside.append(_more(more, view.rest_href, end + 18))
    whole = size._replace(height=end + (28 if more > 0 else 8))
    return drawing(whole, view.title, desc, inside, links=bool(shown))


def _row(row: Row, axis: Axis, y: float, *, beside: bool) -> list[str]:
    width = axis.left - 16 if beside else axis.right
    letters = int(width / 7.2)
    middle = y + (_ROW / 2 if beside else 30)
    name = shortened(row.name, max(8, letters - len(row.state) - 3))
    words = shortened(f"{name} · {row.state}", letters)
    link = tag(
        "a",
        f"<title>{escaped(f'{row.name}: {row.state}')}</title>",
        label(words, 4, middle + 4 if beside else y + 15, class_="c-link"),
        href=row.href,
        class_="c-node",
    )
    rule = f"M2 {y:.1f}H{axis.right + 12:.1f}"
    return [
        tag("path", d=rule, class_="c-grid"),
        link,
        *bars(row.bars, axis, middle),
    ]


def _more(count: int, href: str, y: float) -> str:
    words = label(f"and {count:,} more", 4, y, class_="c-link")
    return tag("a", words, href=href, class_="c-node") if href else words


def _sentence(view: Timeline, axis: Axis | None) -> str:
    if axis is None:
        return f"{view.title}: nothing happened yet."
    attempts = sum(bar.kind.is_attempt for row in view.rows for bar in row.bars)
    long = span((axis.high_ms - axis.low_ms) / 1_000)
    rows = count(len(view.rows), "row")
    text = f"{rows} with {count(attempts, 'attempt')} within {long}"
    if len(view.rows) > view.most:
        text += f", the first {view.most} rows drawn"
    if axis.squeezed:
        text += "; the axis is squeezed: long waits are drawn shorter than they were"
    return f"{text}."


def _table(view: Timeline) -> Table:
    rows = [
        (
            Cell(row.name, href=row.href),
            Cell(row.state),
            Cell(bar.kind.words),
            Cell("", at_ms=bar.start_ms, fine="milli"),
            Cell(span((bar.end_ms - bar.start_ms) / 1_000)),
            Cell(bar.label),
        )
        for row in view.rows
        for bar in row.bars
    ]
    return Table(("of", "ended", "what", "from", "for", "detail"), rows)
