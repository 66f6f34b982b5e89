"""What all bodies, queries and answers of the API have in common."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Generic, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MOST_ROWS = 250
MOST_WORDS = 50
_MOST_DIGITS = 18


class Model(BaseModel):
    """A part of the API: strict, and it never repeats what it refuses."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        strict=True,
    )


def _number(value: object) -> object:
    """Digits of a query as a number; whatever else stays what it is."""
    if isinstance(value, str) and value.isascii():
        digits = value.removeprefix("-")
        if digits.isdigit() and len(digits) <= _MOST_DIGITS:
            return int(value)
    return value


def _flag(value: object) -> object:
    words: dict[object, bool] = {"true": True, "false": False}
    return words.get(value, value) if isinstance(value, str) else value


def _whole(value: object) -> object:
    """In JSON 7.0 is a whole number as 7 is; what is none stays what it is."""
    small = isinstance(value, Decimal) and value.adjusted() < _MOST_DIGITS
    if isinstance(value, Decimal) and small and value == value.to_integral_value():
        return int(value)
    return value


WHOLE = BeforeValidator(_whole)
"""Makes an integer of a number with a point and nothing behind it."""
DIGITS = BeforeValidator(_number)
"""Makes a number of a query's text; stands behind the bounds."""
Flag = Annotated[bool, BeforeValidator(_flag)]
"""`true` or `false` in a query."""


WordT = TypeVar("WordT", bound=str)
Several: TypeAlias = Annotated[tuple[WordT, ...], Field(max_length=MOST_WORDS)]
"""A parameter that may be given several times: one of them has to fit."""


class DryRun(Model):
    """Whether it is done, or only said."""

    dry_run: Annotated[Flag, Field(description="Only say what would be done.")] = False


class NoQuery(Model):
    """Takes no parameters."""


class PageQuery(Model):
    """Which part of a list."""

    limit: Annotated[
        int, Field(ge=1, le=MOST_ROWS, description="Rows of a page."), DIGITS
    ] = 50
    cursor: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_-]{0,4000}$",
            description="`next` or `previous` of a page of the same list.",
        ),
    ] = ""


RowT = TypeVar("RowT", bound=BaseModel)


class Page(Model, Generic[RowT]):
    """A part of a list."""

    data: Sequence[RowT]
    next: Annotated[
        str | None, Field(description="Cursor of the page after this one.")
    ] = None
    previous: Annotated[
        str | None, Field(description="Cursor of the page before this one.")
    ] = None
