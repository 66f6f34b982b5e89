"""The flow of events: topics → programs → subscriptions, as wide as their rates.

Wide, it is a drawing whose nodes are links; narrow, the same nodes as three lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processors.web.charts.flow_drawing import drawn
from processors.web.charts.flow_folding import Folded, folded
from processors.web.charts.flow_list import listed
from processors.web.charts.flow_words import Edge, Node, in_states
from processors.web.charts.picture import Cell, Picture, Table
from processors.web.charts.units import Unit, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What flows where; rates are records a second.

    Attributes:
        title: What is shown, in a few words.
        topics: Where events come from.
        programs: What moves them.
        subscriptions: Who gets them, as many as there are.
        edges: From a topic's or program's key to a program's or subscription's.
        rest_href: The list with all subscriptions.
        most: How many subscriptions are drawn; the rest is one node.
    """

    title: str
    topics: Sequence[Node]
    programs: Sequence[Node]
    subscriptions: Sequence[Node]
    edges: Sequence[Edge]
    rest_href: str
    most: int = 14


def flow(view: Flow) -> Picture:
    """Return the flow picture: the worst and the largest subscriptions, then others."""
    shown = folded(view.subscriptions, view.edges, view.most, view.rest_href)
    columns = (view.topics, view.programs, shown.subscriptions)
    desc = _sentence(view, shown)
    return Picture(
        view.title,
        desc,
        drawn(view.title, desc, columns, shown.edges),
        listed(columns),
        _table(columns, shown.edges),
    )


def _sentence(view: Flow, shown: Folded) -> str:
    rest = f"; {shown.others:,} of them are drawn as one" if shown.others else ""
    into = say(sum(node.rate for node in view.topics), Unit.PER_SECOND)
    out = say(sum(node.rate for node in view.subscriptions), Unit.PER_SECOND)
    return (
        f"{into} come in by {len(view.topics)} topics, go through "
        f"{len(view.programs)} programs, and {out} go out to "
        f"{len(view.subscriptions):,} subscriptions "
        f"({in_states(view.subscriptions)}){rest}; widths grow with the square root "
        "of the rate, from a least one on."
    )


def _table(columns: Sequence[Sequence[Node]], edges: Sequence[Edge]) -> Table:
    names: Mapping[str, str] = {
        node.key: node.name for nodes in columns for node in nodes
    }
    rows = [
        (
            Cell(node.name, href=node.href),
            Cell(node.states or str(node.health)),
            Cell(say(node.rate, Unit.PER_SECOND)),
            Cell(_targets(node, edges, names)),
        )
        for nodes in columns
        for node in nodes
    ]
    return Table(("name", "state", "rate", "to"), rows)


def _targets(node: Node, edges: Sequence[Edge], names: Mapping[str, str]) -> str:
    return ", ".join(
        f"{names[edge.target]} {say(edge.rate, Unit.PER_SECOND)}"
        for edge in sorted(edges, key=lambda edge: -edge.rate)
        if edge.source == node.key and edge.target in names
    )
