"""Stacks: what lies on what, and the outlines of areas and bars."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from processors.web.charts.plot import Plot, Point, Values, runs

_WIDEST = 14.0


def stacked(series: Sequence[Values]) -> list[list[float | None]]:
    """Return the upper edge of each series, each upon the one before.

    Where one has no number nobody knows the sum, and all have a gap.
    """
    tops: list[list[float | None]] = [[] for _ in series]
    for column in zip(*series, strict=True):
        known = [value for value in column if value is not None]
        whole = len(known) == len(column)
        total = 0.0
        for at, top in enumerate(tops):
            total += max(0.0, known[at]) if whole else 0.0
            top.append(total if whole else None)
    return tops


def areas(floor: Sequence[Point], tops: Sequence[Sequence[Point]]) -> list[str]:
    """Return the outline of each area, down to the one below, the first to the floor.

    A moment alone between gaps becomes a thin stripe.
    """
    return [outline(low, high) for low, high in pairwise((floor, *tops))]


def outline(low: Sequence[Point], high: Sequence[Point]) -> str:
    """Return the outline of what lies between two lines."""
    below = [None if top is None else at for at, top in zip(low, high, strict=True)]
    above = [None if top is None else at for at, top in zip(high, low, strict=True)]
    parts = []
    for upper, lower in zip(runs(above), runs(below), strict=True):
        if len(upper) == 1:
            floor = lower[0].partition(" ")[2]
            parts.append(f"M{upper[0]}m-1.5 0h3V{floor}h-3Z")
        else:
            parts.append(f"M{'L'.join([*upper, *reversed(lower)])}Z")
    return "".join(parts)


class Bars(NamedTuple):
    """The bars of one series: their outlines, and their upper edges."""

    outlines: str
    edges: str


def bars(plot: Plot, xs: Sequence[float], tops: Sequence[Values]) -> list[Bars]:
    """Return the bars of each series, as wide as their times allow."""
    ends = _ends(plot, xs)
    low = [f"{plot.y(0.0):.1f}"] * len(xs)
    found = []
    for top in tops:
        high = ["" if y is None else f"{y:.1f}" for y in plot.ys(top)]
        seen = [each for each in zip(ends, low, high, strict=True) if each[2]]
        outlines = [
            f"M{left} {down}V{up}H{right}V{down}Z" for (left, right), down, up in seen
        ]
        edges = [f"M{left} {up}H{right}" for (left, right), _, up in seen]
        found.append(Bars("".join(outlines), "".join(edges)))
        low = high
    return found


def _ends(plot: Plot, xs: Sequence[float]) -> list[tuple[str, str]]:
    near = min((high - low for low, high in pairwise(xs)), default=_WIDEST)
    half = max(0.5, min(near * 0.4, _WIDEST))
    return [
        (f"{max(plot.left, x - half):.1f}", f"{min(plot.right, x + half):.1f}")
        for x in xs
    ]
