"""The kind of tree that every format becomes, and its bounds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from bus.errors import OrderbusError

Tree: TypeAlias = object
"""None, bool, int, Decimal, str, list of trees, or dict of trees by name."""


class UnparsableError(OrderbusError):
    """Bytes are not of their format; says why and where."""


class TooMuchError(UnparsableError):
    """There is more of it than is allowed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submission may be at most."""

    bytes: int = 1 << 20
    depth: int = 64
    nodes: int = 250_000
    items: int = 10_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document, its items, and what its envelopes say that cannot be so.

    Attributes:
        document: The whole, as one tree.
        items: What each becomes an event of; one, unless it is a batch.
        remarks: (code, text) of what does not agree within it.
    """

    document: Tree
    items: list[Tree]
    remarks: list[tuple[str, str]] = field(default_factory=list)


def check_bounds(tree: Tree, limits: Limits) -> None:
    """Refuse a tree that is too deep or has too many nodes.

    Raises:
        TooMuchError: It has.
    """
    level: list[Tree] = [tree]
    depth = nodes = 0
    while level:
        depth += 1
        nodes += len(level)
        if nodes > limits.nodes:
            raise TooMuchError(f"more than {limits.nodes:,} values")
        if depth > limits.depth:
            raise TooMuchError(f"nested more than {limits.depth} deep")
        level = [
            inner
            for node in level
            if isinstance(node, (dict, list))
            for inner in (node.values() if isinstance(node, dict) else node)
        ]


def leaves(tree: Tree) -> Iterator[tuple[str, ...]]:
    """The paths of all values that hold no others, without indexes, with repeats."""
    stack: list[tuple[tuple[str, ...], Tree]] = [((), tree)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict) and node:
            stack += [((*path, str(name)), inner) for name, inner in node.items()]
        elif isinstance(node, list) and node:
            stack += [(path, inner) for inner in node]
        else:
            yield path
