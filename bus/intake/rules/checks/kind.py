"""What a check is: a row with its codes, its parameters and the function it makes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from bus.intake.rules.checks.parameters import Given, Parameter
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order


class Turn(StrEnum):
    """How what a check allows is widened: which way its parameter is turned."""

    MORE = "more"
    LESS = "less"
    ADD = "add"
    DROP = "drop"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Knob:
    """The parameter that lets more pass, if it is turned this way.

    With `DROP` the need says what is asked for in vain, with commas between. With
    `ROW` the parameter names a lookup table, to which a row is added.
    """

    parameter: str
    turn: Turn


Need: TypeAlias = Decimal | str
"""The value of a check's knob with which a finding would be none."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check has found: one place that is not as it should be.

    Attributes:
        code: One of the check's codes.
        text: What is wrong, in a sentence, with what was expected.
        path: The field of the event; empty: the whole.
        value: The value as it came, with what is personal covered.
        need: See `Need`; None if no value of a knob would do.
    """

    code: str
    text: str
    path: str = ""
    value: str | None = None
    need: Need | None = None


Run: TypeAlias = Callable[[Order, Context], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of check.

    Attributes:
        name: As rules name it.
        about: What it does, in a sentence.
        codes: What it may find, each with its meaning; a code never changes that.
        parameters: What a rule may set.
        make: Makes the function of a rule's parameters; raises `WordingError`.
        knob: What widens it; None if nothing does.
        thin: Whether it says anything of an order of which only the id is told.
        part: Whether it says anything of a change that tells only itself.
    """

    name: str
    about: str
    codes: Mapping[str, str]
    make: Callable[[Given], Run] = field(repr=False)
    parameters: Sequence[Parameter] = ()
    knob: Knob | None = None
    thin: bool = False
    part: bool = True
