"""The bars of a timeline: what happened, as colour, pattern, and letter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from processors.web.charts.markup import escaped, label, tag, wide
from processors.web.charts.units import span

if TYPE_CHECKING:
    from processors.web.charts.timeline_axis import Axis

_HALF = 8.0
_LEAST = 15.0
"""An attempt is at least as wide as its letter."""


class Mark(Enum):
    """What a bar stands for: its name in the style sheet, its letter, its words."""

    WAIT = ("wait", "", "waited")
    DELIVERED = ("delivered", "D", "delivered")
    FAILED = ("failed", "F", "failed, to be tried again")
    DEAD = ("dead", "X", "failed for good")
    SKIPPED = ("skipped", "S", "not sent")
    REPLAY = ("replay", "R", "replayed")
    ACK = ("ack", "A", "acknowledged")

    @property
    def named(self) -> str:
        """Its name in the style sheet."""
        return self.value[0]

    @property
    def letter(self) -> str:
        """The letter in its bar; a wait has none."""
        return self.value[1]

    @property
    def words(self) -> str:
        """What it means."""
        return self.value[2]

    @property
    def is_attempt(self) -> bool:
        """Whether something was sent."""
        return self in {Mark.DELIVERED, Mark.FAILED, Mark.DEAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What happened between two times, in milliseconds since the epoch.

    Attributes:
        kind: What it was.
        start_ms: When it began.
        end_ms: When it ended; before `start_ms` if clocks differ.
        label: What else there is to say: `tier 30s`, `attempt 2: 503 in 84 ms`.
    """

    kind: Mark
    start_ms: float
    end_ms: float
    label: str = ""


class Key(NamedTuple):
    """What the letters mean, as drawn, and how high that is."""

    parts: Sequence[str]
    height: float


def bars(row: Sequence[Bar], axis: "Axis", middle: float) -> list[str]:
    """Return the bars of a row, around a line at `middle`; letters where they fit."""
    parts: list[str] = []
    taken = -1.0
    for bar in sorted(row, key=lambda bar: bar.start_ms):
        left = axis.x(bar.start_ms)
        right = axis.x(max(bar.start_ms, bar.end_ms))
        if bar.kind is Mark.WAIT:
            parts.append(_wait(bar, left, right, middle))
            continue
        lettered = left >= taken
        parts.append(_mark(bar, (left, right), middle, axis.right + 13))
        if lettered:
            at = min(left, axis.right + 13 - _LEAST)
            width = max(_LEAST, right - left)
            parts.append(_letter(bar.kind, at + width / 2, middle))
            taken = at + width
    return parts


def key_of(kinds: Iterable[Mark], width: float) -> Key:
    """Return what the bars that occur mean."""
    seen = set(kinds)
    parts: list[str] = []
    x, y = 2.0, 14.0
    for kind in (kind for kind in Mark if kind in seen):
        length = 24 + wide(kind.words) + 16
        if x > 2 and x + length > width:  # noqa: PLR2004 - the first of its row stays
            x, y = 2.0, y + 20
        middle = y - 4
        if kind is Mark.WAIT:
            parts.append(_rule(x, x + 18, middle))
        else:
            parts += [
                _shape(kind, (x, x + 18), middle),
                _letter(kind, x + 9, middle),
            ]
        parts.append(label(kind.words, x + 24, y, class_="c-t"))
        x += length
    return Key(parts, y + 6)


def _wait(bar: Bar, left: float, right: float, middle: float) -> str:
    words = tag("title", _title(bar))
    return tag("g", words, _rule(left, right, middle))


def _rule(left: float, right: float, middle: float) -> str:
    data = (
        f"M{left:.1f} {middle - 4:.1f}v8M{left:.1f} {middle:.1f}"
        f"H{right:.1f}M{right:.1f} {middle - 4:.1f}v8"
    )
    return tag("path", d=data, class_="c-wait")


def _mark(bar: Bar, ends: tuple[float, float], middle: float, most: float) -> str:
    left, right = ends
    left = min(left, most - _LEAST)
    right = min(max(right, left + _LEAST), most)
    words = tag("title", _title(bar))
    return tag("g", words, _shape(bar.kind, (left, right), middle))


def _shape(kind: Mark, ends: tuple[float, float], middle: float) -> str:
    left, right = ends
    round_ = 8 if kind in {Mark.ACK, Mark.REPLAY} else 2
    box = tag(
        "rect",
        x=left,
        y=middle - _HALF,
        width=right - left,
        height=2 * _HALF,
        rx=round_,
        class_=f"c-k c-k-{kind.named}",
    )
    pattern = _pattern(kind, left, right, middle)
    return box + tag("path", d=pattern, class_="c-hatch") if pattern else box


def _pattern(kind: Mark, left: float, right: float, middle: float) -> str:
    """Failed ones are hatched at both edges, dead ones framed twice."""
    top, low = middle - _HALF, middle + _HALF
    if kind is Mark.DEAD:
        return (
            f"M{left + 1.5:.1f} {top + 1.5:.1f}H{right - 1.5:.1f}V{low - 1.5:.1f}"
            f"H{left + 1.5:.1f}Z"
        )
    if kind is Mark.FAILED:
        return f"M{left:.1f} {top + 5:.1f}l5 -5M{right - 5:.1f} {low:.1f}l5 -5"
    return ""


def _letter(kind: Mark, x: float, middle: float) -> str:
    return label(kind.letter, x, middle + 4.3, text_anchor="middle", class_="c-letter")


def _title(bar: Bar) -> str:
    long = span((bar.end_ms - bar.start_ms) / 1_000)
    return escaped(
        ": ".join(part for part in (bar.kind.words, long, bar.label) if part)
    )
