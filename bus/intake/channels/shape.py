"""Reading values of channel.yaml: what is not declared is refused, with its line."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from bus.intake.yamltree import Node, Problems

_DURATION = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SIZE = re.compile(r"([0-9]{1,6})(KiB|MiB)")
_BYTES = {"KiB": 1 << 10, "MiB": 1 << 20}
_YES = {"true": True, "yes": True, "false": False, "no": False}


class Block:
    """A mapping of a file, read key by key."""

    def __init__(self, node: Node, place: str, problems: Problems) -> None:
        self.node = node
        self.problems = problems
        self._place = place
        if node.members is None:
            problems.add(node, "shape", f"{place} is a mapping, not {node.kind}")

    def only(self, known: Sequence[str]) -> None:
        """Refuse keys that nobody knows."""
        for key, _ in self.node.members or ():
            if key.text not in known:
                near = get_close_matches(str(key.text), known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                place = f"{self._place} has" if self._place else "there is"
                text = f"{place} no {key.text!r}{hint}; known: {', '.join(known)}"
                self.problems.add(key, "unknown_key", text)

    def text(self, name: str, otherwise: str | None = None) -> str:
        """A text; required unless there is another."""
        node = self.node.get(name)
        if node is None or node.is_null:
            if otherwise is None:
                self._wrong(self.node, f"{name} is missing")
            return otherwise or ""
        if node.text is None:
            self._wrong(node, f"{name} is a text, not {node.kind}")
            return otherwise or ""
        return node.text.strip()

    def one_of(self, name: str, words: Sequence[str], otherwise: str) -> str:
        """One of some words."""
        word = self.text(name, otherwise)
        if word not in words:
            where = self.node.get(name) or self.node
            self._wrong(where, f"{name} is one of {', '.join(words)}, not {word!r}")
            return otherwise
        return word

    def flag(self, name: str) -> bool:
        """Yes or no; no if nothing is said."""
        word = self.text(name, "no").lower()
        if word not in _YES:
            where = self.node.get(name) or self.node
            self._wrong(where, f"{name} is yes or no, not {word!r}")
        return _YES.get(word, False)

    def number(self, name: str, otherwise: int) -> int:
        """A whole number from 0 on."""
        return self._matched(
            name, str(otherwise), re.compile("([0-9]{1,9})()"), {"": 1}
        )

    def seconds(self, name: str, otherwise: str) -> int:
        """A duration: 90s, 15m, 4h, 30d."""
        return self._matched(name, otherwise, _DURATION, _SECONDS)

    def size(self, name: str, otherwise: str) -> int:
        """A size: 64KiB, 2MiB."""
        return self._matched(name, otherwise, _SIZE, _BYTES)

    def _matched(
        self, name: str, otherwise: str, shape: re.Pattern[str], unit: Mapping[str, int]
    ) -> int:
        text = self.text(name, otherwise)
        found = shape.fullmatch(text)
        if found is None:
            where = self.node.get(name) or self.node
            self._wrong(where, f"{name} is {text!r}; write it as {otherwise}")
            found = shape.fullmatch(otherwise)
        return int(found[1]) * unit[found[2]] if found else 0

    def texts(self, name: str) -> tuple[Node, ...]:
        """A list of texts, or a single one; as nodes, for their lines."""
        node = self.node.get(name)
        if node is None or node.is_null:
            return ()
        items = (node,) if node.items is None else node.items
        wrong = [item for item in items if item.text is None]
        for item in wrong:
            self._wrong(item, f"{name} has texts, not {item.kind}")
        return () if wrong else items

    def block(self, name: str) -> "Block":
        """A mapping; an empty one if it is not there."""
        node = self.node.get(name) or Node(self.node.line, members=())
        place = f"{self._place}.{name}" if self._place else name
        return Block(node, place, self.problems)

    def pairs(self, name: str) -> dict[str, str]:
        """A mapping of texts to texts."""
        found: dict[str, str] = {}
        for key, value in self.block(name).node:
            if value.text is None:
                self._wrong(value, f"{name}.{key} is a text, not {value.kind}")
            found[key] = value.text or ""
        return found

    def _wrong(self, node: Node, text: str) -> None:
        place = f"{self._place}: " if self._place else ""
        self.problems.add(node, "shape", f"{place}{text}")
