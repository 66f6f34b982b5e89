"""One line of a mapping made into a function: sources tried, converters applied."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from jmespath.exceptions import JMESPathError

from bus.intake.converters import TABLE
from bus.intake.converters.kinds import (
    Converter,
    Given,
    Kind,
    Unreadable,
    has_value,
)
from bus.intake.converters.numbers import KEPT, WHOLE_DIGITS, kept
from bus.intake.mapping.expressions import Call, Line, Literal, Source, read_source
from bus.intake.mapping.notebook import Notebook
from bus.intake.mapping.targets import Target
from bus.intake.parsing.paths import Path, Scope, WordingError
from bus.intake.parsing.tree import Tree

Make: TypeAlias = Callable[[Scope, Notebook], Tree]
Apply: TypeAlias = Callable[[Tree, Scope, Notebook], Tree]

# What a value is made into without being asked, by what is wanted and what is there.
_IMPLICIT: dict[Kind, tuple[str, frozenset[Kind]]] = {
    Kind.TEXT: (
        "text",
        frozenset({Kind.ANY, Kind.DECIMAL, Kind.INTEGER, Kind.BOOLEAN}),
    ),
    Kind.DECIMAL: ("decimal", frozenset({Kind.ANY, Kind.TEXT, Kind.INTEGER})),
    Kind.BOOLEAN: ("boolean", frozenset({Kind.ANY, Kind.TEXT})),
    Kind.INTEGER: ("integer", frozenset({Kind.ANY, Kind.TEXT, Kind.DECIMAL})),
    Kind.TEXTS: ("list", frozenset({Kind.ANY, Kind.TEXT})),
    Kind.MAP: ("map", frozenset({Kind.ANY})),
}
_EXPLICIT = {
    Kind.AMOUNT: "money or minor",
    Kind.TIME: "time, compact or epoch",
    Kind.DAY: "day",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What lines of a channel may refer to: its tables, its ideas of currencies."""

    tables: Mapping[str, Mapping[str, str]]
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Step:
    converter: Converter
    arguments: tuple[Source, ...]

    def applied(self, words: Words) -> Apply:
        """What applies it: everything that never changes is looked up once."""
        converter = self.converter
        convert, absent, whole = converter.convert, converter.absent, converter.whole
        tables, places = words.tables, words.places
        reads = [_reader(source) for source in self.arguments]

        def apply(value: Tree, scope: Scope, notes: Notebook) -> Tree:
            if not absent and not has_value(value):
                return None
            if isinstance(value, list) and not whole:
                value = _single(value, notes)
                if not has_value(value) and not absent:
                    return None
            arguments = [_argument(read(scope)) for read in reads] if reads else ()
            return convert(value, Given(arguments, notes, tables, places))

        return apply


def _single(value: list[Tree], notes: Notebook) -> Tree:
    if len(value) > 1:
        text = f"{len(value)} values where one is wanted; the first counts"
        notes.note("several", text)
    return value[0] if value else None


def _argument(value: Tree) -> Tree:
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else value or None
    return value if has_value(value) else None


def compile_line(line: Line, target: Target | None, words: Words) -> Make:
    """Return what makes the value of a line; the target says which kind is wanted.

    Raises:
        WordingError: A converter or table is none, or the kind is another.
    """
    steps = [_step(call, words) for call in line.calls]
    if target is not None:
        steps += _implicit(steps, target)
    first, text = _first([_reader(source) for source in line.sources]), line.text
    wants = not any(step.converter.absent for step in steps)
    applied = [step.applied(words) for step in steps]

    def make(scope: Scope, notes: Notebook) -> Tree:
        notes.source = text
        value: Tree = None
        try:
            value = first(scope)
            if value is None and wants:
                return None
            for apply in applied:
                value = apply(value, scope, notes)
        except Unreadable as why:
            notes.note(why.code, why.text, value)
            return None
        except (JMESPathError, TypeError, ArithmeticError, RecursionError) as error:
            notes.note("expression_failed", f"{type(error).__name__}: {error}"[:200])
            return None
        return value if has_value(value) else None

    return _fitted(make, target) if target is not None else make


def _reader(source: Source) -> Callable[[Scope], Tree]:
    return source.reader() if isinstance(source, Path) else source.read


def _first(reads: Sequence[Callable[[Scope], Tree]]) -> Callable[[Scope], Tree]:
    """What reads the first source that has a value."""

    def first(scope: Scope) -> Tree:
        for read in reads:
            value = read(scope)
            if has_value(value):
                return value
        return None

    return first


def _step(call: Call, words: Words) -> _Step:
    converter = TABLE.get(call.name)
    if converter is None:
        known = ", ".join(sorted(TABLE))
        raise WordingError(f"there is no converter {call.name!r}; there are: {known}")
    arguments = call.arguments
    fewest, most = converter.fewest, len(converter.parameters)
    open_ended = converter.parameters[-1:] == ("…?",)
    if len(arguments) < fewest or (len(arguments) > most and not open_ended):
        raise WordingError(f"{call.name} is written {converter.usage}")
    if converter.table:
        arguments = (_table(arguments[0], words), *arguments[1:])
    missing = converter.defaults[len(arguments) :]
    return _Step(converter, (*arguments, *(read_source(path) for path in missing)))


def _table(argument: Source, words: Words) -> Literal:
    name = argument.text if isinstance(argument, Path) else ""
    name = argument.value if isinstance(argument, Literal) else name
    if name not in words.tables:
        known = ", ".join(sorted(words.tables)) or "none"
        raise WordingError(f"channel.yaml has no table {name!r}; it has {known}")
    return Literal(name)


def kind_after(steps: Sequence[_Step]) -> Kind:
    """What kind of value comes out of some converters."""
    kind = Kind.ANY
    for step in steps:
        if step.converter.kind is not Kind.ANY:
            kind = step.converter.kind
    return kind


def _implicit(steps: Sequence[_Step], target: Target) -> list[_Step]:
    """What is still to be done so that the target's kind comes out."""
    wanted, kind = target.kind, kind_after(steps)
    if wanted is None or wanted is Kind.ANY or kind is wanted:
        return []
    name, taken = _IMPLICIT.get(wanted, ("", frozenset()))
    if target.scale > KEPT:
        name = "rate"
    if kind in taken:
        return [_Step(TABLE[name], ())]
    how = _EXPLICIT.get(wanted, name)
    made = "nothing says what it is" if kind is Kind.ANY else f"it is a {kind.value}"
    raise WordingError(f"{wanted.value} is wanted and {made}: end with `| {how}`")


def _fitted(make: Make, target: Target) -> Make:
    """Values as the schema has room for them: decimal places, words of an enum."""
    if target.symbols:
        return _of_symbols(make, target.symbols)
    if target.kind is Kind.DECIMAL:
        return _of_scale(make, target.scale)
    return _of_amount(make) if target.kind is Kind.AMOUNT else make


def _of_symbols(make: Make, symbols: tuple[str, ...]) -> Make:
    def fitted(scope: Scope, notes: Notebook) -> Tree:
        word = make(scope, notes)
        if word is None or word in symbols:
            return word
        notes.note("unknown_word", f"none of {', '.join(symbols)}", word)
        return None

    return fitted


def _of_scale(make: Make, scale: int) -> Make:
    def fitted(scope: Scope, notes: Notebook) -> Tree:
        return _scaled(make(scope, notes), notes, scale)

    return fitted


def _of_amount(make: Make) -> Make:
    def fitted(scope: Scope, notes: Notebook) -> Tree:
        value = make(scope, notes)
        if isinstance(value, dict):
            return value | {"amount": _scaled(value.get("amount"), notes, KEPT)}
        return None

    return fitted


def _scaled(value: Tree, notes: Notebook, scale: int) -> Tree:
    if not isinstance(value, Decimal):
        return None
    if value and value.adjusted() >= (WHOLE_DIGITS if scale == KEPT else 8):
        notes.note("unreadable", "more digits before the point than are kept", value)
        return None
    return kept(value, Given((), notes, {}, {}), scale)
