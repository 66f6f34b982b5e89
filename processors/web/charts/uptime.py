"""Uptime day by day: a strip of cells, each a height and a shape beside its colour."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from markupsafe import Markup

from processors.web.charts.markup import label, tag, wide
from processors.web.charts.picture import (
    NARROW,
    WIDE,
    Cell,
    Picture,
    Size,
    Table,
    drawing,
)
from processors.web.charts.units import percent

_HIGH, _GAP = 32.0, 2.0


class Kind(Enum):
    """How a day was: its name in the style sheet, its height, its word."""

    UP = ("healthy", 1.0, "met")
    PARTLY = ("degraded", 0.7, "missed")
    DOWN = ("failing", 0.4, "down")
    UNKNOWN = ("unknown", 1.0, "no data")

    @property
    def word(self) -> str:
        """What people read."""
        return self.value[2]


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC) and its share of good time or deliveries, 0 to 1; None: no data."""

    day: date
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """Days of one subscription.

    Attributes:
        title: Whose days.
        days: The oldest first, usually 90.
        objective: What a day shall reach, 0 to 1.
        whole: The share over all days, None when nobody knows.
        down: Below this share a day counts as down.
    """

    title: str
    days: Sequence[Day]
    objective: float
    whole: float | None
    down: float = 0.5


def uptime(view: Uptime) -> Picture:
    """Return the strip of days: one row where it is wide, rows of 30 where not."""
    desc = _sentence(view)
    return Picture(
        view.title,
        desc,
        _drawn(view, WIDE, desc, max(1, len(view.days))),
        _drawn(view, NARROW, desc, 30),
        _table(view),
    )


def kind_of(day: Day, view: Uptime) -> Kind:
    """Return how a day was, held against the objective."""
    if day.share is None:
        return Kind.UNKNOWN
    if day.share >= view.objective:
        return Kind.UP
    return Kind.DOWN if day.share < view.down else Kind.PARTLY


def _drawn(view: Uptime, size: Size, desc: str, a_row: int) -> Markup:
    step = (size.width - 4) / a_row
    inside: list[str] = []
    y = 2.0
    for start in range(0, len(view.days), a_row):
        row = view.days[start : start + a_row]
        for at, day in enumerate(row):
            inside.append(_cell(day, kind_of(day, view), 2 + at * step, y, step))
        y += _HIGH + 17
        inside += _ends(row, size.width, y - 4)
        y += 6
    inside += _key(view, size.width, y + 12)
    return drawing(size._replace(height=y + 40), view.title, desc, inside)


def _cell(day: Day, kind: Kind, x: float, y: float, step: float) -> str:
    name, share, _ = kind.value
    width = max(0.5, min(16.0, step - min(_GAP, step * 0.25)))
    high = _HIGH * share
    top = y + _HIGH - high
    words = tag("title", f"{day.day.isoformat()}: {_said(day)}, {kind.word}")
    box = tag("rect", x=x, y=top, width=width, height=high, rx=1, class_=f"c-{name}")
    if kind is Kind.UNKNOWN:
        box = tag(
            "rect",
            x=x + 0.5,
            y=top + 0.5,
            width=max(0.5, width - 1),
            height=high - 1,
            class_="c-hollow",
        )
    return tag("g", words, box)


def _ends(row: Sequence[Day], width: float, y: float) -> list[str]:
    first = label(_date(row[0].day), 2, y, class_="c-mute")
    if len(row) < 12:  # noqa: PLR2004 - both would not fit
        return [first]
    last = label(_date(row[-1].day), width - 2, y, text_anchor="end", class_="c-mute")
    return [first, last]


def _key(view: Uptime, width: float, y: float) -> list[str]:
    counts = Counter(kind_of(day, view) for day in view.days)
    parts: list[str] = []
    x = 2.0
    for kind in Kind:
        words = f"{counts[kind]} {kind.word}"
        if not counts[kind] or x + 20 + wide(words) > width:
            continue
        name, share, _ = kind.value
        high = 14 * share
        parts += [
            tag("rect", x=x + 0.5, y=y + 3 - high, width=7, height=high,
                class_="c-hollow" if kind is Kind.UNKNOWN else f"c-{name}"),
            label(words, x + 13, y + 2, class_="c-t"),
        ]  # fmt: skip
        x += 13 + wide(words) + 14
    return parts


def _date(day: date) -> str:
    return f"{day.day} {day:%b}"


def _said(day: Day) -> str:
    return "no data" if day.share is None else percent(day.share)


def _sentence(view: Uptime) -> str:
    counts = Counter(kind_of(day, view) for day in view.days)
    said = ", ".join(f"{counts[kind]} {kind.word}" for kind in Kind if counts[kind])
    whole = "unknown" if view.whole is None else percent(view.whole)
    return (
        f"{whole} over {len(view.days)} days, objective {percent(view.objective)}; "
        f"days: {said or 'none'}."
    )


def _table(view: Uptime) -> Table:
    rows = [
        (
            Cell(day.day.isoformat()),
            Cell(_said(day)),
            Cell(kind_of(day, view).word),
        )
        for day in reversed(view.days)
    ]
    return Table(("day (UTC)", "share", "state"), rows)
