"""What makes records and lists of an event, once compiled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bus.intake.converters.kinds import has_value
from bus.intake.mapping.lines import Make
from bus.intake.mapping.notebook import Notebook
from bus.intake.parsing.paths import Scope, listed
from bus.intake.parsing.tree import Tree

# What says of what something is; without that it is nothing.
_QUALIFIERS = frozenset({"currency", "role", "scheme", "unit"})
Block: TypeAlias = Callable[[Scope, Notebook, list[Tree]], None]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record and what makes it.

    `is_said`: by the mapping itself, so that it alone makes no record.
    """

    name: str
    make: Make
    is_said: bool = False


def nothing(_scope: Scope, _notes: Notebook) -> Tree:
    """What stands for a line that could not be compiled."""
    return None


def no_block(_scope: Scope, _notes: Notebook, _made: list[Tree]) -> None:
    """What stands for a block that could not be compiled."""


def at(path: str, make: Make, number: int) -> Make:
    """Note which field is being made, a path within its list item, by which line."""

    def made(scope: Scope, notes: Notebook) -> Tree:
        notes.path = path
        value = make(scope, notes)
        if notes.examples is not None and value is not None and value != []:
            notes.examples.setdefault(number, value)
        return value

    return made


def record(fields: Sequence[Field], required: Sequence[str], path: str) -> Make:
    """Make a record; None if the payload gives nothing of it, or not what it needs."""
    all_said = all(field.is_said for field in fields)
    made_by = [
        (field.name, field.make, not (field.is_said or field.name in _QUALIFIERS))
        for field in fields
    ]

    def make(scope: Scope, notes: Notebook) -> Tree:
        values: dict[str, Tree] = {}
        real = all_said
        for name, make_field, tells in made_by:
            value = make_field(scope, notes)
            if value is not None and value != []:
                values[name] = value
                real = real or tells
        if not real:
            return None
        for name in required:
            if name not in values:
                notes.path = f"{path}.{name}" if path else name
                notes.note("missing", f"without its {name} it is left out")
                return None
        return values

    return make


def block(items: Sequence[Make], holds: Make | None, make: Make, name: str) -> Block:
    """Make the entries of one block of a list.

    There is one for each of `items`, of each of the next ones within, and so on.
    """

    def add(scope: Scope, notes: Notebook, made: list[Tree]) -> None:
        scopes = [scope]
        for each in items:
            scopes = [
                outer.within(item)
                for outer in scopes
                for item in listed(each(outer, notes))
            ]
        outside = notes.within
        for inner in scopes:
            notes.within = f"{outside}{name}[{len(made)}]."
            if holds is None or _is_true(holds(inner, notes)):
                value = make(inner, notes)
                if value is not None:
                    made.append(value)
        notes.within = outside

    return add


def blocks(members: Sequence[Block]) -> Make:
    """Make a list of all that its blocks add."""

    def make(scope: Scope, notes: Notebook) -> Tree:
        made: list[Tree] = []
        for member in members:
            member(scope, notes, made)
        return made

    return make


def _is_true(value: Tree) -> bool:
    return has_value(value) and value is not False
