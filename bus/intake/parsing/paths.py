"""Where a value stands: `ship_to.zip`, `N1[01=ST].N4.03`, `^.id`, `$headers.x`.

Names are joined by dots. `[3]` is the fourth, `[name=word]` those in which `name` is
that word, `[name!=word]` the others; of several the first counts, unless `[]` follows:
what stands behind it is read of each. A path begins at the item at hand; `@`
is the item itself, `^` what holds it, `$document` the whole submission, `$headers`,
`$source` (its settings) and `$with` (what the mapping gave a name).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bus.intake.parsing.tree import Tree

ROOTS = ("document", "headers", "source", "with")


class WordingError(Exception):
    """A line of a mapping is none; says why."""


@dataclass(slots=True, eq=False)  # dozens an order: frozen, each is twice as dear
class Scope:
    """Where paths begin: an item, what holds it, and the roots."""

    item: Tree
    outer: "Scope | None"
    roots: dict[str, Tree]

    def within(self, item: Tree) -> "Scope":
        """The scope of something in this item."""
        return Scope(item, self, self.roots)


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path.

    Attributes:
        text: As it is written.
        steps: Names on the way, without what selects; for who asks what is read.
        tested: Likewise the names that select.
        up, root: Where it begins.
    """

    text: str
    steps: tuple[str, ...]
    up: int
    root: str
    tested: tuple[tuple[str, ...], ...]
    _walk: tuple["Step", ...]

    def read(self, scope: Scope) -> Tree:
        """What stands there, None if nothing does; a list if there are several."""
        node: Tree = scope.item
        if self.root:
            node = scope.roots.get(self.root)
        for _ in range(self.up):
            if scope.outer is None:
                return None
            scope = scope.outer
            node = scope.item
        for step in self._walk:
            if node is None:
                return None
            node = step(node)
        return node

    def reader(self) -> Callable[[Scope], Tree]:
        """What does as `read`, and less on the way: most paths are one name."""
        if self.root or self.up or len(self._walk) != 1:
            return self.read
        (step,) = self._walk

        def read(scope: Scope) -> Tree:
            return None if scope.item is None else step(scope.item)

        return read


Step: TypeAlias = Callable[[Tree], Tree]
_SELF = re.compile(r"@(?=$|[.\[])")
_NAME = re.compile(r"""[^.\[\]|(),'"<>$^=!]+""")
_QUOTED = re.compile(r'"([^"]*)"')
_SELECT = re.compile(
    r"""\[\s*(?:(?P<all>)|(?P<index>-?[0-9]{1,6})|(?P<name>[^\]=!'"]+?)\s*"""
    r"""(?P<sign>!?=)\s*(?P<word>'[^']*'|[^\]'"]*?))\s*\]"""
)


def read_path(text: str) -> Path:
    """Compile a path.

    Raises:
        WordingError: It is none.
    """
    at, up, root = _start(text)
    steps: list[str] = []
    tested: list[tuple[str, ...]] = []
    walk: list[Step] = []
    if at == 0:
        at = _named(text, at, steps, walk)
    while at < len(text):
        selected = _SELECT.match(text, at)
        if selected is None:
            if text[at] != ".":
                raise WordingError(f"in {text!r} a dot is expected at {text[at:]!r}")
            at = _named(text, at + 1, steps, walk)
            continue
        at = selected.end()
        if selected["index"] is None and selected["name"] is None:
            rest = read_path(f"@{text[at:]}")
            walk.append(_each(rest._walk))  # noqa: SLF001 - its own class
            tested += [(*steps, *names) for names in rest.tested]
            steps += rest.steps
            break
        if selected["name"] is not None:
            tested.append((*steps, *read_path(selected["name"].strip()).steps))
        walk.append(_selector(selected))
    return Path(text, tuple(steps), up, root, tuple(tested), tuple(walk))


def _named(text: str, at: int, steps: list[str], walk: list[Step]) -> int:
    """Take a name; return where it ends."""
    name, end = _name(text, at)
    if name:
        steps.append(name)
        walk.append(_member(name))
    return end


def _start(text: str) -> tuple[int, int, str]:
    """How far the beginning reaches, how many items up it goes, its root."""
    if text.startswith("$"):
        root = text[1:].split(".", 1)[0].split("[", 1)[0]
        if root not in ROOTS:
            known = ", ".join(f"${name}" for name in ROOTS)
            raise WordingError(f"${root} is nothing; there are {known}")
        return 1 + len(root), 0, root
    up = len(text) - len(text.lstrip("^"))
    if up:
        return up, up, ""
    return (1, 0, "") if _SELF.match(text) else (0, 0, "")


def _name(text: str, at: int) -> tuple[str, int]:
    found = _QUOTED.match(text, at)
    if found:
        return found[1], found.end()
    plain = _NAME.match(text, at)
    if plain is None or not plain[0].strip():
        raise WordingError(f"in {text!r} a name is expected at {text[at:]!r}")
    return plain[0].strip(), plain.end()


def one_of(node: Tree) -> Tree:
    """The first of a list, anything else itself."""
    if isinstance(node, list):
        return node[0] if node else None
    return node


def _member(name: str) -> Step:
    # Where a format leaves out what holds a single value, the value is that.
    is_sole = name in {"1", "#text"}

    def step(node: Tree) -> Tree:
        if isinstance(node, dict):
            return node.get(name)
        if isinstance(node, list):
            node = node[0] if node else None
            if isinstance(node, dict):
                return node.get(name)
        return node if is_sole else None

    return step


def _selector(found: re.Match[str]) -> Step:
    if found["index"] is not None:
        return _nth(int(found["index"]))
    word = found["word"].strip("'")
    return _where(read_path(found["name"].strip()), word, found["sign"] == "=")


def listed(node: Tree) -> list[Tree]:
    """A list itself, nothing as an empty one, anything else as the only one in it."""
    if isinstance(node, list):
        return node
    return [] if node is None else [node]


def _each(walk: tuple[Step, ...]) -> Step:
    def step(node: Tree) -> Tree:
        found: list[Tree] = []
        for item in listed(node):
            found += listed(_walked(item, walk))
        return found

    return step


def _walked(node: Tree, walk: tuple[Step, ...]) -> Tree:
    for step in walk:
        if node is None:
            return None
        node = step(node)
    return node


def _nth(index: int) -> Step:
    def step(node: Tree) -> Tree:
        items = listed(node)
        return items[index] if -len(items) <= index < len(items) else None

    return step


def _where(path: Path, word: str, wanted: bool) -> Step:  # noqa: FBT001 - equal or not
    def step(node: Tree) -> Tree:
        return [
            item
            for item in listed(node)
            if (plain_text(one_of(path.read(Scope(item, None, {})))) == word) is wanted
        ]

    return step


def plain_text(value: Tree) -> str | None:
    """A scalar as text, as its format writes it; None for what holds others."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case None | dict() | list():
            return None
        case _:
            return format(value, "f") if hasattr(value, "as_tuple") else str(value)
