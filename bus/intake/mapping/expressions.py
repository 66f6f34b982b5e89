"""What a line of a mapping may say.

line      = sources { "|" converter }
sources   = source { "//" source }          the first that has a value
source    = path | "=" text | "'" text "'" | "<<" JMESPath ">>"
converter = name [ "(" [ source { "," source } ] ")" ]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bus.delivery.expressions import Expression, compile_expression
from bus.errors import InvalidSubscriptionError
from bus.intake.parsing.paths import Path, Scope, WordingError, read_path
from bus.intake.parsing.tree import Tree

_CALL = re.compile(r"([a-z][a-z0-9_]*)\s*(?:\((.*)\))?", re.DOTALL)
_PIECE = re.compile(
    r"""<<.*?>>(?=\s*(?:\||//|,|\)|$)) | '[^']*' | "[^"]*" | \[[^\]]*\]
    | \|(?!\|) | // | , | \( | \) | [^'"\[|/,()<]+ | .""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A text that the mapping itself says."""

    value: str

    def read(self, _: Scope) -> Tree:
        """The text."""
        return self.value


@dataclass(frozen=True, slots=True)
class Query:
    """A JMESPath expression over the item at hand, bounded as filters are."""

    expression: Expression

    def read(self, scope: Scope) -> Tree:
        """What it makes of the item; raises what `Expression.evaluate` raises."""
        return self.expression.evaluate(scope.item)


Source = Path | Literal | Query


@dataclass(frozen=True, slots=True)
class Call:
    """A converter with its arguments, each a source."""

    name: str
    arguments: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line: sources of which the first with a value counts, then converters."""

    text: str
    sources: tuple[Source, ...]
    calls: tuple[Call, ...] = field(default=())

    def paths(self) -> Iterator[Path | Query]:
        """Everything that it reads."""
        given = [argument for call in self.calls for argument in call.arguments]
        for source in (*self.sources, *given):
            if not isinstance(source, Literal):
                yield source


def read_line(text: str) -> Line:
    """Compile a line.

    Raises:
        WordingError: It is none; says why.
    """
    first, *rest = _split(text, "|")
    sources = tuple(read_source(part) for part in _split(first, "//"))
    return Line(text, sources, tuple(_call(part) for part in rest))


def read_source(text: str) -> Source:
    """Compile a source.

    Raises:
        WordingError: It is none; says why.
    """
    text = text.strip()
    if not text:
        raise WordingError("a path, =text or <<JMESPath>> is expected")
    if text.startswith("="):
        return Literal(text[1:].strip())
    if text.startswith("'"):
        if len(text) == 1 or not text.endswith("'"):
            raise WordingError(f"{text!r} has no closing quote")
        return Literal(text[1:-1])
    if text.startswith("<<"):
        return _query(text)
    return read_path(text)


def _query(text: str) -> Query:
    if not text.endswith(">>"):
        raise WordingError(f"{text!r} has no closing >>")
    try:
        return Query(compile_expression(text[2:-2].strip(), "JMESPath"))
    except InvalidSubscriptionError as error:
        raise WordingError(str(error)) from None


def _call(text: str) -> Call:
    found = _CALL.fullmatch(text.strip())
    if found is None:
        raise WordingError(f"{text.strip()!r} is no converter; write name or name(…)")
    name, inside = found[1], found[2]
    if not (inside or "").strip():
        return Call(name)
    return Call(name, tuple(read_source(part) for part in _split(inside, ",")))


def _split(text: str, separator: str) -> list[str]:
    """Split where the separator stands by itself, outside of quotes and brackets."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += (piece == "(") - (piece == ")")
        if depth < 0:
            raise WordingError(f"{text!r} closes a bracket that is not open")
        if piece == separator and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    if depth:
        raise WordingError(f"{text!r} has a bracket that is not closed")
    return parts
