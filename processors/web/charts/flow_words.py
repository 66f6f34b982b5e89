"""The words of the flow picture: nodes, edges, and how many are in which state."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.watch.verdicts import WORST, Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A topic, a program, or a subscription.

    Attributes:
        key: Its own in the picture, for edges.
        name: What people call it.
        rate: Records a second; not below zero.
        health: Its state.
        href: Its page.
        states: How many of them are how, where it stands for many: `2 failing`.
        many: How many it stands for.
    """

    key: str
    name: str
    rate: float
    health: Health
    href: str
    states: str = ""
    many: int = 1


class Edge(NamedTuple):
    """Records a second from one node to another, by their keys."""

    source: str
    target: str
    rate: float


def worst(nodes: Sequence[Node]) -> Health:
    """Return the gravest state of all."""
    return min((node.health for node in nodes), key=WORST.index, default=Health.UNKNOWN)


def in_states(nodes: Sequence[Node]) -> str:
    """Return `2 failing, 12 healthy`, the gravest first."""
    counts = Counter(node.health for node in nodes)
    said = [f"{counts[health]} {health}" for health in WORST if counts[health]]
    return ", ".join(said) or "none"
