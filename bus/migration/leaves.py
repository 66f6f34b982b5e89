"""A document as its leaves by path, and those of the old side under new names.

Two documents with the same leaves say the same, however their members are ordered and
their numbers spelled: what RFC 8785 makes equal. Numbers keep all their digits, where
the RFC would round them to doubles: ids of 64 bits and money stay what they are.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias, cast

from bus.intake.parsing.tree import Tree

Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]
Leaves: TypeAlias = Mapping[Path, object]
EMPTY_LIST, EMPTY_MAP = "[]", "{}"


class Hollow(str):
    """A list or an object with nothing in it."""

    __slots__ = ()


def leaves_of(tree: Tree) -> dict[Path, object]:
    """All values of a tree that hold no others, by path, in the order they stand."""
    found: dict[Path, object] = {}
    stack: list[tuple[Path, Tree]] = [((), tree)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            inner = cast("dict[str, Tree]", node)
            if not inner:
                found[path] = Hollow(EMPTY_MAP)
            stack += [((*path, str(name)), x) for name, x in reversed(inner.items())]
        elif isinstance(node, list):
            items = cast("list[Tree]", node)
            if not items:
                found[path] = Hollow(EMPTY_LIST)
            numbered = list(enumerate(items))
            stack += [((*path, index), x) for index, x in reversed(numbered)]
        else:
            found[path] = node
    return found


def text_of(path: Path) -> str:
    """A path for people: `lines[0].sku`; the whole is `.`."""
    return _joined(f"[{step}]" if isinstance(step, int) else step for step in path)


def pattern_of(path: Path) -> str:
    """A path as terms name it: `lines[].sku`, whichever of the list it is."""
    return _joined("[]" if isinstance(step, int) else step for step in path)


def _joined(steps: Iterable[str]) -> str:
    text = ""
    for step in steps:
        text += step if step.startswith("[") or not text else f".{step}"
    return text or "."


def within(pattern: str, outer: str) -> bool:
    """Whether a pattern is another or lies in what that names; `.` holds all."""
    return outer in {".", pattern} or pattern.startswith((f"{outer}.", f"{outer}["))


def found_at(tree: Tree, name: str) -> Tree:
    """What stands at `order.lines[0].sku`; None: nothing does."""
    for step in name.replace("[", ".").replace("]", "").split("."):
        if isinstance(tree, dict):
            tree = cast("dict[str, Tree]", tree).get(step)
        elif isinstance(tree, list) and step.isdecimal():
            items = cast("list[Tree]", tree)
            tree = items[int(step)] if int(step) < len(items) else None
        else:
            return None
    return tree


def moved(path: Path, old: str, new: str) -> Path | None:
    """Where a path goes whose beginning is called otherwise; None: it is not there.

    An index goes where `[]` stands in the new name, in their order.
    """
    steps = _steps(old)
    if len(path) < len(steps) or not all(map(_fits, path, steps)):
        return None
    head = path[: len(steps)]
    indexes = iter([step for step in head if isinstance(step, int)])
    begun = (next(indexes, 0) if step is None else step for step in _steps(new))
    return (*begun, *path[len(steps) :])


def _fits(step: Step, named: str | None) -> bool:
    return isinstance(step, int) if named is None else step == named


@lru_cache(maxsize=1024)
def _steps(name: str) -> tuple[str | None, ...]:
    """The steps of a name in terms; None: an index, whichever."""
    found: list[str | None] = []
    for part in name.split(".") if name != "." else ():
        bare = part.rstrip("[]")
        found += [bare] if bare else []
        found += [None] * part.count("[]")
    return tuple(found)
