"""Target fields of a mapping as a tree, whether they were written nested or dotted."""

from dataclasses import dataclass, field

from bus.intake.yamltree import Node, Problems


@dataclass(frozen=True, slots=True)
class Branch:
    """Fields below one name; `first` is where the name came up."""

    first: Node
    members: "dict[str, Node | Branch]" = field(default_factory=dict)


def branches(node: Node, problems: Problems, but_not: frozenset[str]) -> Branch:
    """Gather dotted names: `order.id` and `order.number` are in one branch."""
    root = Branch(node)
    for name, value in node:
        if name not in but_not:
            _put(root, name.split("."), value, problems)
    return root


def line_of(node: Node | Branch) -> Node:
    """The place to point at."""
    return node.first if isinstance(node, Branch) else node


def _put(branch: Branch, names: list[str], value: Node, problems: Problems) -> None:
    first, *rest = names
    if not rest and value.members is not None and value.get("each") is None:
        for name, inner in value:
            _put(branch, [first, *name.split(".")], inner, problems)
        return
    there = branch.members.get(first)
    if there is not None and not (rest and isinstance(there, Branch)):
        problems.add(value, "twice", f"{first} is filled by two lines")
    elif not rest:
        branch.members[first] = value
    elif isinstance(there, Branch):
        _put(there, rest, value, problems)
    else:
        below = branch.members[first] = Branch(value)
        _put(below, rest, value, problems)
