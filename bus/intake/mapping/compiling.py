"""A mapping and the schema of an event, made into one function.

A section of mapping.yaml fills one type of event. Its keys are target fields, dotted or
nested. A list is filled by blocks: `each` says for what there is one (a list of them:
for each of the first, each of the second in it), `when` for which of them.
"""

from dataclasses import dataclass

from bus.intake.converters.kinds import Kind
from bus.intake.mapping.branches import Branch, branches, line_of
from bus.intake.mapping.expressions import Line, Literal, read_line
from bus.intake.mapping.lines import Make, Words, compile_line
from bus.intake.mapping.making import (
    Block,
    Field,
    at,
    block,
    blocks,
    no_block,
    nothing,
    record,
)
from bus.intake.mapping.targets import Target
from bus.intake.parsing.paths import WordingError
from bus.intake.yamltree import Node, Problems

OURS = frozenset(
    {
        "channel",
        "findings",
        "mapping_version",
        "observed_at",
        "order_id",
        "raw",
        "source.channel",
        "source.instance",
        "source.native_type",
        "via",
    }
)
"""Fields that intake fills by itself."""
BLOCK_WORDS = frozenset({"each", "when"})


@dataclass(frozen=True, slots=True)
class Filled:
    """One line of a mapping, for who reads: the target, what fills it, where.

    `target` is empty where a line fills none; `within` are the lines of `each` around
    it, outermost first.
    """

    target: str
    line: Line
    number: int
    within: tuple[Line, ...]


class Compiler:
    """Compiles the targets of one section; what is wrong goes to `problems`."""

    def __init__(self, words: Words, problems: Problems) -> None:
        self.filled: list[Filled] = []
        self._words = words
        self._problems = problems
        self._within: tuple[Line, ...] = ()

    def record(self, branch: Branch, target: Target, path: str = "") -> Make:
        """Return what makes a record of the lines of its fields."""
        fields: list[Field] = []
        for name, node in branch.members.items():
            place = f"{path}.{name}" if path else name
            inner = target.fields.get(name)
            if place in OURS:
                text = f"{place} is filled by intake itself"
                self._problems.add(line_of(node), "ours", text)
            elif inner is None:
                known = ", ".join(target.fields) or f"only {target.wanted}"
                text = f"there is no field {place}; there are {known}"
                self._problems.add(line_of(node), "unknown_target", text)
            else:
                fields.append(self._field(name, node, inner, place))
        required = [
            name
            for name in target.required
            if (f"{path}.{name}" if path else name) not in OURS
        ]
        return record(fields, required if path else (), _local(path))

    def value(self, node: Node, target: Target | None = None) -> Make:
        """Compile a line that fills no field of the event."""
        line = self._line(node)
        if line is None:
            return nothing
        self.filled.append(Filled("", line, node.line, self._within))
        return self._compiled(node, line, target)

    def _field(
        self, name: str, node: Node | Branch, target: Target, place: str
    ) -> Field:
        if isinstance(node, Branch):
            if target.kind is Kind.MAP:
                target = Target(fields=dict.fromkeys(node.members, Target(Kind.TEXT)))
            if target.is_list or not target.fields:
                text = f"{place} wants {target.wanted}, not a block of fields"
                self._problems.add(node.first, "wrong_kind", text)
                return Field(name, nothing)
            return Field(name, self.record(node, target, place))
        if node.text is None:
            return Field(name, self._list(node, target, place))
        line = self._line(node)
        if line is None:
            return Field(name, nothing)
        if target.kind is None:
            text = f"{place} wants {target.wanted}, not a line"
            self._problems.add(node, "wrong_kind", text)
            return Field(name, nothing)
        number = len(self.filled)
        self.filled.append(Filled(place, line, node.line, self._within))
        make = at(_local(place), self._compiled(node, line, target), number)
        is_said = all(isinstance(source, Literal) for source in line.sources)
        return Field(name, make, is_said)

    def _line(self, node: Node) -> Line | None:
        if node.text is None:
            self._problems.add(node, "wording", f"a line is expected, not {node.kind}")
            return None
        try:
            return read_line(node.text)
        except WordingError as error:
            self._problems.add(node, "wording", str(error))
            return None

    def _compiled(self, node: Node, line: Line, target: Target | None) -> Make:
        try:
            return compile_line(line, target, self._words)
        except WordingError as error:
            self._problems.add(node, "wrong_kind", str(error))
            return nothing

    def _list(self, node: Node, target: Target, place: str) -> Make:
        if not target.is_list or not target.fields:
            text = f"{place} wants {target.wanted}, not {node.kind}"
            self._problems.add(node, "wrong_kind", text)
            return nothing
        items = (node,) if node.items is None else node.items
        return blocks([self._block(item, target, place) for item in items])

    def _block(self, node: Node, target: Target, place: str) -> Block:
        if node.members is None:
            text = f"a block of {place} is a mapping, not {node.kind}"
            self._problems.add(node, "wrong_kind", text)
            return no_block
        outside = self._within
        each, when = node.get("each"), node.get("when")
        steps = () if each is None else (each,) if each.items is None else each.items
        items = []
        for step in steps:
            items.append(self.value(step))
            line = self._line(step) if step.text else None
            self._within = (*self._within, line) if line else self._within
        holds = self.value(when) if when is not None else None
        inner = branches(node, self._problems, BLOCK_WORDS)
        make = self.record(inner, target, f"{place}[]")
        self._within = outside
        return block(items, holds, make, _local(place))


def _local(place: str) -> str:
    """A path within its innermost list item; empty for such an item itself."""
    return "" if place.endswith("[]") else place.rpartition("[].")[2]
