"""Which subscriptions the flow picture shows, and one node for all others."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from bus.watch.verdicts import WORST, Health
from processors.web.charts.flow_words import Edge, Node, in_states, worst

_OTHERS = "\x00others"
"""No subscription has such a key."""


class Folded(NamedTuple):
    """What is drawn: subscriptions, edges, and how many the last node stands for."""

    subscriptions: Sequence[Node]
    edges: Sequence[Edge]
    others: int


def folded(
    subscriptions: Sequence[Node], edges: Sequence[Edge], most: int, rest_href: str
) -> Folded:
    """Return at most `most` subscriptions, worst first, and the others as one node.

    Half of the places are for those that are not well, gravest first; the others
    go to the largest.
    """
    if len(subscriptions) <= most:
        return Folded(_ordered(subscriptions), edges, 0)
    places = max(1, most - 1)
    ill = [node for node in subscriptions if node.health is not Health.HEALTHY]
    kept = _ordered(ill)[: places // 2]
    keys = {node.key for node in kept}
    largest = sorted(
        (node for node in subscriptions if node.key not in keys),
        key=lambda node: -node.rate,
    )
    kept = _ordered([*kept, *largest[: places - len(kept)]])
    rest = largest[places - len(keys) :]
    node = Node(
        key=_OTHERS,
        name=f"{len(rest):,} others",
        rate=sum(each.rate for each in rest),
        health=worst(rest),
        href=rest_href,
        states=in_states(rest),
        many=len(rest),
    )
    return Folded([*kept, node], _redirected(edges, rest), len(rest))


def _ordered(nodes: Sequence[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: (WORST.index(node.health), -node.rate))


def _redirected(edges: Sequence[Edge], rest: Sequence[Node]) -> list[Edge]:
    gone = {node.key for node in rest}
    kept = [edge for edge in edges if edge.target not in gone]
    sums: dict[str, float] = defaultdict(float)
    for edge in edges:
        if edge.target in gone:
            sums[edge.source] += edge.rate
    return [*kept, *(Edge(source, _OTHERS, rate) for source, rate in sums.items())]
