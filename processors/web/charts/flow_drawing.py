"""The flow picture as a drawing: boxes that are links, ribbons between them."""

from collections.abc import Sequence

from markupsafe import Markup

from bus.watch.verdicts import Health
from processors.web.charts.flow_layout import BOX, Place, Ribbon, laid_out
from processors.web.charts.flow_words import Edge, Node
from processors.web.charts.glyphs import glyph
from processors.web.charts.markup import escaped, label, shortened, tag
from processors.web.charts.picture import LARGE, drawing
from processors.web.charts.units import Unit, say

HEADS = ("Topics", "Programs", "Subscriptions")
_LETTERS = 24
_COLOURED = {Health.FAILING, Health.DEGRADED, Health.HELD}


def drawn(
    title: str, desc: str, columns: Sequence[Sequence[Node]], edges: Sequence[Edge]
) -> Markup:
    """Return the drawing of three columns, for 900 pixels and more."""
    layout = laid_out(columns, edges)
    size = LARGE._replace(height=layout.height)
    step = (LARGE.width - BOX - 4) / (len(columns) - 1)
    inside = [
        label(f"{head} ({count(nodes)})", 2 + at * step, 16, class_="c-mute c-strong")
        for at, (head, nodes) in enumerate(zip(HEADS, columns, strict=True))
    ]
    inside += [
        _ribbon(each, layout.places[each.edge.target].node) for each in layout.ribbons
    ]
    inside += [_box(place) for place in layout.places.values()]
    return drawing(size, title, desc, inside, links=bool(layout.places))


def count(nodes: Sequence[Node]) -> str:
    """Return how many nodes there are, with those that one stands for."""
    return f"{sum(node.many for node in nodes):,}"


def said(node: Node) -> str:
    """Return the state and the rate of a node: `healthy · 12.3/s`."""
    return f"{node.states or node.health} · {say(node.rate, Unit.PER_SECOND)}"


def _ribbon(ribbon: Ribbon, target: Node) -> str:
    """One to many is never coloured: most of them may be well."""
    (x, y), (to_x, to_y) = ribbon.start, ribbon.end
    middle = (x + to_x) / 2
    ill = target.health in _COLOURED and not target.states
    return tag(
        "path",
        d=f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} "
        f"{to_x:.1f} {to_y:.1f}",
        stroke_width=ribbon.width,
        stroke_dasharray=None if ribbon.edge.rate > 0 else "3 4",
        class_=f"c-ribbon c-r-{target.health}" if ill else "c-ribbon",
    )


def _box(place: Place) -> str:
    node, middle = place.node, place.y + place.height / 2
    return tag(
        "a",
        f"<title>{escaped(f'{node.name}: {said(node)}')}</title>",
        tag("rect", x=place.x, y=place.y, width=BOX, height=place.height, rx=5,
            class_=f"c-box c-b-{node.health}"),
        glyph(node.health, place.x + 10, middle - 6),
        label(shortened(node.name, _LETTERS), place.x + 30, middle - 3,
              class_="c-t c-strong"),
        label(_short(node), place.x + 30, middle + 13, class_="c-mute"),
        href=node.href,
        class_="c-node",
    )  # fmt: skip


def _short(node: Node) -> str:
    """One that stands for many has room for the gravest state only."""
    if not node.states:
        return said(node)
    rate = say(node.rate, Unit.PER_SECOND)
    return shortened(f"{node.states.partition(',')[0]} · {rate}", _LETTERS + 2)
