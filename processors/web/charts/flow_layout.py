"""Where nodes and ribbons of the flow picture stand. Units are those of the picture."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from processors.web.charts.flow_words import Edge, Node
from processors.web.charts.units import bounded

BOX = 216.0
"""How wide a node is."""
_WIDTH, _EDGE = 960.0, 2.0
_HEAD = 30.0
_LEAST, _APART = 38.0, 10.0
_THIN, _THICK = 1.5, 22.0


class Place(NamedTuple):
    """A node with its upper edge, its height, and its left edge."""

    node: Node
    x: float
    y: float
    height: float


class Ribbon(NamedTuple):
    """An edge with its two ends (the middle of each) and its width."""

    edge: Edge
    start: tuple[float, float]
    end: tuple[float, float]
    width: float


class Layout(NamedTuple):
    """The whole picture; its height follows from its longest column."""

    places: Mapping[str, Place]
    ribbons: Sequence[Ribbon]
    height: float


def laid_out(columns: Sequence[Sequence[Node]], edges: Sequence[Edge]) -> Layout:
    """Return places for all nodes, each column centred, and ribbons between them."""
    known = {node.key: at for at, nodes in enumerate(columns) for node in nodes}
    forward = [
        edge
        for edge in edges
        if edge.source in known
        and edge.target in known
        and known[edge.source] < known[edge.target]
    ]
    widths = _widths(forward)
    tall = _heights(forward, widths)
    heights = [
        sum(max(_LEAST, tall[node.key]) + _APART for node in nodes) for nodes in columns
    ]
    height = max(heights, default=0.0) + _HEAD + _EDGE
    step = (_WIDTH - BOX - 2 * _EDGE) / max(1, len(columns) - 1)
    places: dict[str, Place] = {}
    for at, nodes in enumerate(columns):
        y = _HEAD + (height - _HEAD - heights[at]) / 2
        for node in nodes:
            high = max(_LEAST, tall[node.key])
            places[node.key] = Place(node, _EDGE + at * step, y, high)
            y += high + _APART
    return Layout(places, _ribbons(forward, widths, places), height)


def _widths(edges: Sequence[Edge]) -> Mapping[Edge, float]:
    """The square root of the rate, the largest as wide as allowed."""
    roots = {edge: math.sqrt(max(0.0, bounded(edge.rate))) for edge in edges}
    most = max(roots.values(), default=0.0) or 1.0
    return {edge: max(_THIN, _THICK * root / most) for edge, root in roots.items()}


def _heights(
    edges: Sequence[Edge], widths: Mapping[Edge, float]
) -> Mapping[str, float]:
    into: dict[str, float] = defaultdict(float)
    out: dict[str, float] = defaultdict(float)
    for edge in edges:
        out[edge.source] += widths[edge]
        into[edge.target] += widths[edge]
    high: dict[str, float] = defaultdict(float)
    for key in (*into, *out):
        high[key] = max(into[key], out[key]) + 4
    return high


def _ribbons(
    edges: Sequence[Edge], widths: Mapping[Edge, float], places: Mapping[str, Place]
) -> list[Ribbon]:
    """Ends lie in the order of what they lead to, so that few ribbons cross."""
    out: dict[str, float] = defaultdict(float)
    into: dict[str, float] = defaultdict(float)
    starts: dict[Edge, float] = {}
    ends: dict[Edge, float] = {}
    totals = _totals(edges, widths)
    for edge in sorted(edges, key=lambda edge: places[edge.target].y):
        place = places[edge.source]
        free = (place.height - totals[0][edge.source]) / 2
        starts[edge] = place.y + free + out[edge.source] + widths[edge] / 2
        out[edge.source] += widths[edge]
    for edge in sorted(edges, key=lambda edge: places[edge.source].y):
        place = places[edge.target]
        free = (place.height - totals[1][edge.target]) / 2
        ends[edge] = place.y + free + into[edge.target] + widths[edge] / 2
        into[edge.target] += widths[edge]
    return [
        Ribbon(
            edge,
            (places[edge.source].x + BOX, starts[edge]),
            (places[edge.target].x, ends[edge]),
            widths[edge],
        )
        for edge in starts
    ]


def _totals(
    edges: Sequence[Edge], widths: Mapping[Edge, float]
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    out: dict[str, float] = defaultdict(float)
    into: dict[str, float] = defaultdict(float)
    for edge in edges:
        out[edge.source] += widths[edge]
        into[edge.target] += widths[edge]
    return out, into
