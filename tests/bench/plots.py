"""Two plots as SVG: latency against rate, deliveries a CPU second against size."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from pathlib import Path
from typing import NamedTuple

from tests.bench.measuring import Row

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 50
_COLOURS = ("#2563eb", "#d97706", "#b91c1c", "#15803d")


class Axis(NamedTuple):
    """An axis: its name, and logarithmic bounds."""

    name: str
    low: float
    high: float

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        low, high = log10(self.low), log10(self.high)
        return (log10(max(value, self.low)) - low) / (high - low)

    def ticks(self) -> list[float]:
        """1, 2 and 5 of each decade within the bounds."""
        decades = range(floor(log10(self.low)), floor(log10(self.high)) + 1)
        ticks = [m * 10.0**d for d in decades for m in (1, 2, 5)]
        return [tick for tick in ticks if self.low <= tick <= self.high]


Line = Sequence[tuple[float, float]]


def draw(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Draw what there are results for; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    latency = {
        name: _line(rows, "b", "events_per_s", f"{name}_ms")
        for name in ("p50", "p95", "p99")
    }
    cost = {
        f"{n} process{'es' * (n > 1)}": _line(
            [row for row in rows if row.get("processes") == n],
            "h",
            "subscriptions",
            "deliveries_per_cpu_s",
        )
        for n in (1, 2)
    }
    made = []
    for name, title, x, y, lines in (
        ("latency", "From produce to arrival", "events/s", "ms", latency),
        ("cost", "Cost growth", "subscriptions", "deliveries a CPU s", cost),
    ):
        if any(lines.values()):
            path = folder / f"{name}.svg"
            path.write_text(_svg(title, x, y, lines))
            made.append(path)
    return made


def _line(rows: Sequence[Row], scenario: str, x: str, y: str) -> Line:
    return sorted(
        (float(str(row[x])), float(str(row[y])))
        for row in rows
        if row["scenario"] == scenario and x in row and y in row
    )


def _svg(title: str, x_name: str, y_name: str, lines: Mapping[str, Line]) -> str:
    points = [point for line in lines.values() for point in line]
    x = _axis(x_name, [p[0] for p in points])
    y = _axis(y_name, [p[1] for p in points])
    font = 'font-family="sans-serif" font-size="12"'
    size = f'width="{_WIDTH}" height="{_HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>',
        '<rect width="100%" height="100%" fill="#fff"/>',
        _text(_WIDTH / 2, 20, title, "middle"),
        _text(_WIDTH / 2, _HEIGHT - 12, x.name, "middle"),
        _text(10, _TOP - 12, y.name, "start"),
    ]
    for tick in x.ticks():
        at = _x(x, tick)
        parts += [_rule(at, _TOP, at, _HEIGHT - _BOTTOM)]
        parts += [_text(at, _HEIGHT - _BOTTOM + 18, f"{tick:g}", "middle")]
    for tick in y.ticks():
        at = _y(y, tick)
        parts += [_rule(_LEFT, at, _WIDTH - _RIGHT, at)]
        parts += [_text(_LEFT - 8, at + 4, f"{tick:g}", "end")]
    for number, (name, line) in enumerate(lines.items()):
        if not line:
            continue
        colour = _COLOURS[number]
        path = " ".join(f"{_x(x, a):.1f},{_y(y, b):.1f}" for a, b in line)
        drawn = f'fill="none" stroke="{colour}" stroke-width="2"'
        parts.append(f'<polyline points="{path}" {drawn}/>')
        parts += [
            f'<circle cx="{_x(x, a):.1f}" cy="{_y(y, b):.1f}" r="3" fill="{colour}"/>'
            for a, b in line
        ]
        parts.append(_text(_LEFT + 12, _TOP + 16 + 16 * number, name, "start", colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axis(name: str, values: Sequence[float]) -> Axis:
    low, high = max(min(values), 1e-3), max(values)
    return Axis(name, low / 1.3, max(high, low * 1.01) * 1.3)


def _x(axis: Axis, value: float) -> float:
    return _LEFT + axis.share(value) * (_WIDTH - _LEFT - _RIGHT)


def _y(axis: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - axis.share(value) * (_HEIGHT - _TOP - _BOTTOM)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#111") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
        f"{text}</text>"
    )


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        'stroke="#e5e7eb"/>'
    )
