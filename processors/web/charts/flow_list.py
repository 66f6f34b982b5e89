"""The flow picture as three lists, for narrow places."""

from collections.abc import Sequence

from markupsafe import Markup

from processors.web.charts.flow_drawing import HEADS, count, said
from processors.web.charts.flow_words import Node
from processors.web.charts.glyphs import badge
from processors.web.charts.markup import escaped, tag


def listed(columns: Sequence[Sequence[Node]]) -> Markup:
    """Return the nodes as lists in the order of the flow: links with their states."""
    parts = []
    for head, nodes in zip(HEADS, columns, strict=True):
        parts.append(tag("p", f"{head} ({count(nodes)})", class_="c-head"))
        parts.append(tag("ul", *(_item(node) for node in nodes)))
    return Markup(tag("div", *parts, class_="c-narrow c-list"))  # noqa: S704 - escaped


def _item(node: Node) -> str:
    return tag(
        "li",
        badge(node.health),
        tag("a", escaped(node.name), href=node.href),
        tag("span", escaped(said(node))),
    )
