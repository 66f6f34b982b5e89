"""Segments of EDI to a tree, by a grammar of loops that a channel declares.

A grammar names the segments that begin a loop, and for each what may follow in it:
`{"PO1": {"PID": {}, "N1": {"N3": {}, "N4": {}}}}`. A segment goes into the innermost
open loop that has it, else to the message itself. Each name holds a list of segments,
each a dict of elements `01`, `02`, … and of the lists of its loop.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, count
from typing import NamedTuple, TypeAlias, cast

Loops: TypeAlias = Mapping[str, "Loops"]
Elements: TypeAlias = dict[str, object]
_NAMES = tuple(f"{number:02}" for number in range(1, 100))


class Segment(NamedTuple):  # thousands a file: a frozen dataclass is twice as dear
    """One segment: its name, its elements by number, and which it is in the file."""

    name: str
    elements: Elements
    number: int


def nested(segments: Iterable[Segment], loops: Loops) -> Elements:
    """Return the tree of a message's segments."""
    root: Elements = {}
    open_loops: list[tuple[Elements, Loops]] = [(root, loops)]
    for segment in segments:
        while len(open_loops) > 1 and segment.name not in open_loops[-1][1]:
            open_loops.pop()
        parent, members = open_loops[-1]
        node: Elements = dict(segment.elements)
        cast("list[object]", parent.setdefault(segment.name, [])).append(node)
        inner = members.get(segment.name)
        if inner:
            open_loops.append((node, inner))
    return root


def numbered(values: Iterable[object]) -> Elements:
    """Elements by their two digits; empty ones are left out."""
    names = chain(_NAMES, map(str, count(len(_NAMES) + 1)))
    return {
        name: value
        for name, value in zip(names, values, strict=False)
        if value not in ("", None)
    }


def text_of(elements: Elements, name: str) -> str:
    """An element as text; empty if it is not there or has parts."""
    value = elements.get(name, "")
    return value if isinstance(value, str) else ""
