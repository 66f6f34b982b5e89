"""YAML as written: texts with the place where each stands.

Values stay the texts they are (`no`, `1.10`, `2026-01-01`): what they mean, who reads
them knows. Anchors are refused, and so is a key that comes twice.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from typing_extensions import override

from bus.intake.parsing.tree import Tree

_QUICK: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, in a seventh of the time, where PyYAML was built with it."""
_MOST_CHARS = 1_000_000
_MOST_DEPTH = 64
"""PyYAML takes the square of it, minutes for 20,000 brackets; nobody writes so deep."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a channel's file: where, what, and a stable code."""

    file: str
    line: int
    code: str
    text: str

    @override
    def __str__(self) -> str:
        """`mapping.yaml:12: unknown_target: …`."""
        return f"{self.file}:{self.line}: {self.code}: {self.text}"


class Problems:
    """What is wrong with one file, in the order found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, at: "Node", code: str, text: str) -> None:
        """Note a problem at a place."""
        self.found.append(Problem(self.file, at.line, code, text))


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A text, a list or a mapping, and the line it stands in, from 1.

    `members` has the keys of a mapping with their values, `items` those of a list.
    """

    line: int
    text: str | None = None
    members: tuple[tuple["Node", "Node"], ...] | None = None
    items: tuple["Node", ...] | None = None
    is_null: bool = field(default=False)

    def get(self, name: str) -> "Node | None":
        """The value of a key of a mapping."""
        for key, value in self.members or ():
            if key.text == name:
                return value
        return None

    def __iter__(self) -> Iterator[tuple[str, "Node"]]:
        """Keys and values of a mapping."""
        return iter((str(key.text), value) for key, value in self.members or ())

    @property
    def kind(self) -> str:
        """What it is, for people."""
        if self.members is not None:
            return "a mapping"
        return "a list" if self.items is not None else "a text"

    def plain(self) -> Tree:
        """The same without places."""
        if self.members is not None:
            return {str(key.text): value.plain() for key, value in self.members}
        if self.items is not None:
            return [item.plain() for item in self.items]
        return None if self.is_null else self.text


EMPTY = Node(1, members=())


def read_yaml(text: str, problems: Problems) -> Node:
    """Return the tree of a file, an empty mapping if there is none to be had."""
    root = _composed(text, problems)
    if root is None:
        return EMPTY
    node = _node(root, problems)
    if node.members is None:
        problems.add(node, "yaml", f"a mapping is expected, not {node.kind}")
        return EMPTY
    return node


def _composed(text: str, problems: Problems) -> yaml.Node | None:
    """What PyYAML makes of it, with places; None if that is nothing."""
    if len(text) > _MOST_CHARS:
        problems.add(EMPTY, "yaml", f"longer than {_MOST_CHARS:,} characters")
        return None
    with contextlib.suppress(yaml.YAMLError, UnicodeError):
        return _read(text, _QUICK, problems)
    try:  # Python's own says why, in the words that people get everywhere
        return _read(text, yaml.SafeLoader, problems)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        line = 1 if place is None else place.line + 1
        problems.add(Node(line), "yaml", str(error.problem or error.context))
        return None
    except (yaml.YAMLError, RecursionError) as error:
        problems.add(EMPTY, "yaml", f"{error}"[:200] or "nested too deeply")
        return None


def _read(
    text: str, loader: type[yaml.SafeLoader], problems: Problems
) -> yaml.Node | None:
    root: yaml.Node | None = None
    if not _refused(text, loader, problems):
        root = yaml.compose(text, loader)
    return root


def _refused(text: str, loader: type[yaml.SafeLoader], problems: Problems) -> bool:
    """Whether it is read no further: it has an anchor, or is nested too deeply."""
    depth, why = 0, ""
    for event in yaml.parse(text, loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            why = "anchors are not read; write it out"
        elif depth > _MOST_DEPTH:
            why = f"nested too deeply: {_MOST_DEPTH} levels are read"
        if why:
            mark = event.start_mark
            line = 1 if mark is None else mark.line + 1
            problems.add(Node(line), "yaml", why)
            return True
    return False


def _node(node: yaml.Node, problems: Problems) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        members = tuple(
            (_node(key, problems), _node(value, problems)) for key, value in node.value
        )
        _check_keys(members, problems)
        return Node(line, members=members)
    if isinstance(node, yaml.SequenceNode):
        return Node(line, items=tuple(_node(item, problems) for item in node.value))
    is_null = node.tag == "tag:yaml.org,2002:null"
    return Node(line, text=str(node.value), is_null=is_null)


def _check_keys(members: tuple[tuple[Node, Node], ...], problems: Problems) -> None:
    seen: dict[str, int] = {}
    for key, _ in members:
        if key.text is None:
            problems.add(key, "yaml", f"a key is a text, not {key.kind}")
        elif key.text in seen:
            first = seen[key.text]
            problems.add(key, "twice", f"{key.text!r} stands in line {first} already")
        else:
            seen[key.text] = key.line
