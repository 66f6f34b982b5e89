"""Parameters of checks: what a rule may set, read from texts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from bus.expected import among
from bus.intake.parsing.paths import WordingError
from bus.intake.rules.reading import number

_DURATION = re.compile(r"([0-9]{1,6})(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_YES = {"true": True, "yes": True, "false": False, "no": False}
_MOST = 1_000


class Kind(StrEnum):
    """What a parameter is, as it is written."""

    NUMBER = "number"
    TEXT = "text"
    TEXTS = "list"
    DURATION = "duration"
    YES = "yes or no"
    LIMITS = "number by word"
    DOCUMENT = "document"


class Strict(StrEnum):
    """Which way a parameter is stricter; `UNTOLD`: nobody can say."""

    LESS = "less"
    MORE = "more"
    FEWER = "fewer"
    """Of a list of what is allowed; an empty one allows everything."""
    EXCEPT = "except"
    """Of a list of exceptions; an empty one has none."""
    WIDER = "wider"
    """Of a list of what is looked at; an empty one is all there is."""
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a check.

    Attributes:
        name: As rules name it.
        kind: How it is written.
        about: What it does.
        default: As if it were written so; None: it has to be given.
        stricter: Which way it is.
        words: Those that it may be, if they are few.
    """

    name: str
    kind: Kind
    about: str
    default: object = ""
    stricter: Strict = Strict.UNTOLD
    words: tuple[str, ...] = ()

    def read(self, value: object) -> object:
        """The value that is written.

        Raises:
            WordingError: It is none; says what is expected.
        """
        try:
            return _READERS[self.kind](self, value)
        except (TypeError, ValueError, KeyError, AttributeError):
            expected = _EXPECTED[self.kind]
            if self.words:
                expected = f"one of {', '.join(self.words)}"
            raise WordingError(
                f"{self.name} is {expected}, not {_short(value)}"
            ) from None


def _short(value: object) -> str:
    return repr(value)[:60]


def _number(_: Parameter, value: object) -> Decimal:
    found = number(value)
    if found is None:
        raise ValueError
    return found


def _text(parameter: Parameter, value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST:
        raise ValueError
    if parameter.words and value not in parameter.words:
        raise ValueError
    return value


def _texts(parameter: Parameter, value: object) -> tuple[str, ...]:
    if value in ("", None):
        return ()
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(_text(parameter, item) for item in items)


def _duration(_: Parameter, value: object) -> timedelta:
    found = _DURATION.fullmatch(str(value))
    if found is None:
        raise ValueError
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def _yes(_: Parameter, value: object) -> bool:
    return value if isinstance(value, bool) else _YES[str(value).lower()]


def _limits(parameter: Parameter, value: object) -> dict[str, Decimal]:
    if not isinstance(value, Mapping):
        if value in ("", None):
            return {}
        raise TypeError
    return {str(word): _number(parameter, item) for word, item in value.items()}


def _document(_: Parameter, value: object) -> object:
    if not isinstance(value, Mapping | str):
        raise TypeError
    return value


_READERS = {
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.TEXTS: _texts,
    Kind.DURATION: _duration,
    Kind.YES: _yes,
    Kind.LIMITS: _limits,
    Kind.DOCUMENT: _document,
}
_EXPECTED = {
    Kind.NUMBER: "a number",
    Kind.TEXT: "a text",
    Kind.TEXTS: "a text or a list of texts",
    Kind.DURATION: "a duration: 90s, 15m, 4h, 30d",
    Kind.YES: "yes or no",
    Kind.LIMITS: "a number for each word: {EUR: 1000}",
    Kind.DOCUMENT: "a document",
}
ValueT = TypeVar("ValueT")


class Given:
    """The parameters of a rule, read; those that it does not set as by default."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def number(self, name: str) -> Decimal:
        """A number."""
        return self._as(name, Decimal)

    def text(self, name: str) -> str:
        """A text; empty if it is not set."""
        return self._as(name, str)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        found: tuple[str, ...] = self._as(name, tuple)
        return found

    def duration(self, name: str) -> timedelta:
        """A duration."""
        return self._as(name, timedelta)

    def yes(self, name: str) -> bool:
        """Yes or no."""
        return self._as(name, bool)

    def limits(self, name: str) -> dict[str, Decimal]:
        """Numbers by word."""
        found: dict[str, Decimal] = self._as(name, dict)
        return found

    def any(self, name: str) -> object:
        """Whatever it is."""
        return self._values[name]

    def _as(self, name: str, kind: type[ValueT]) -> ValueT:
        value = self._values[name]
        if not isinstance(value, kind):
            raise TypeError(f"{name} is no {kind.__name__}")
        return value


def read_parameters(
    known: Mapping[str, Parameter], written: Mapping[str, object]
) -> Given:
    """Return what a rule sets, and defaults for the rest.

    Raises:
        WordingError: One is unknown, missing, or cannot be read.
    """
    for name in written:
        if name not in known:
            raise WordingError(f"there is no parameter {name!r}; {among(name, known)}")
    values: dict[str, object] = {}
    for name, one in known.items():
        value = written.get(name, one.default)
        if value is None:
            raise WordingError(f"{name} is missing: {one.about}")
        values[name] = one.read(value)
    return Given(values)
