"""What a converter is, and how it says what it met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from bus.intake.parsing.tree import Tree


class Kind(StrEnum):
    """What kind of value comes out."""

    TEXT = "text"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    AMOUNT = "amount"
    TIME = "time"
    DAY = "day"
    TEXTS = "list of texts"
    MAP = "map of texts"
    ANY = "any"


class Unreadable(Exception):  # noqa: N818 - a reason on its way out, not an error
    """Why a value cannot be converted; the field stays empty."""

    def __init__(self, text: str, code: str = "unreadable") -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class Notes(Protocol):
    """Where a converter says what is worth a word."""

    def note(self, code: str, text: str, value: object = None) -> None:
        """Add a finding about the field at hand."""
        ...


@dataclass(slots=True)  # hundreds an order: frozen, each is twice as dear
class Given:
    """What a converter works with besides the value.

    Attributes:
        arguments: As the line gives them, each None if it has no value.
        notes: Where to say what is worth a word.
        tables: The channel's tables by name.
        places: Decimal places of currencies that the channel has its own ideas of.
    """

    arguments: Sequence[Tree]
    notes: Notes
    tables: Mapping[str, Mapping[str, str]]
    places: Mapping[str, int]

    def word(self, index: int, otherwise: str = "") -> str:
        """An argument as text."""
        given = self.arguments[index] if index < len(self.arguments) else None
        return otherwise if given is None else str(given)


Conversion: TypeAlias = Callable[[Tree, Given], Tree]


@dataclass(frozen=True, slots=True)
class Converter:
    """A named conversion.

    Attributes:
        kind: What comes out.
        parameters: Names of its arguments, for who reads; `?` ends optional ones.
        defaults: Paths that stand in for arguments that are left out.
        whole: It takes a list as it is; others take the first of one.
        absent: It is asked even if there is no value.
        table: Its first argument names a table of the channel.
    """

    name: str
    convert: Conversion
    kind: Kind
    parameters: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    whole: bool = False
    absent: bool = False
    table: bool = False

    @property
    def doc(self) -> str:
        """What it does, in a sentence or two."""
        return " ".join((self.convert.__doc__ or "").split())

    @property
    def fewest(self) -> int:
        """How many arguments there have to be."""
        required = [name for name in self.parameters if not name.endswith("?")]
        given = self.defaults[: len(required)]
        return len(required) - sum(bool(path) for path in given)

    @property
    def usage(self) -> str:
        """How it is written."""
        inside = ", ".join(self.parameters)
        return f"{self.name}({inside})" if inside else self.name


def has_value(value: Tree) -> bool:
    """Whether there is anything: no null, no empty text, list or object."""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value) and not value.isspace()
    return bool(value) or not isinstance(value, (list, dict))
