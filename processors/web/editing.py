"""Editing a payload in a form: what it was, what was typed, what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, cast

from pydantic import Field

from bus.contracts.jsontext import read_json
from bus.errors import DecodeError, OrderbusError
from processors.gateway.edits import Replacement
from processors.gateway.failures import problem_of
from processors.gateway.model import Model
from processors.gateway.problems import CHANGED, ProblemError

_MOST = 1_000_000
_MEANWHILE = (
    "It was changed meanwhile: look at what it is now, and do it again if need be."
)


class EditForm(Model):
    """The edited data; checked only, or sent."""

    data: Annotated[str, Field(max_length=_MOST)]
    type: Annotated[str, Field(max_length=256)] = ""
    do: Literal["check", "send"] = "check"
    force: Literal["", "yes"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What templates of forms to edit read.

    `type` can be said where `asks_type`; `fine` is what would be done, `wrong` why not.
    """

    text: str
    type: str = ""
    asks_type: bool = False
    fine: Replacement | None = None
    wrong: str = ""


def as_text(data: Mapping[str, object] | None) -> str:
    """Data as somebody edits it; nothing: an empty object."""
    return json.dumps(data or {}, indent=2, ensure_ascii=False)


def as_data(text: str) -> dict[str, object]:
    """What was typed.

    Raises:
        DecodeError: it is no JSON object.
    """
    value = read_json(text.encode(errors="replace"))
    if not isinstance(value, dict):
        raise DecodeError("expected a JSON object with the fields of the event's data")
    return cast("dict[str, object]", value)


def why_not(error: ProblemError | OrderbusError) -> str:
    """Why what a form asked for is not done."""
    if isinstance(error, DecodeError):
        return f"It cannot be read: {error}."
    told = error if isinstance(error, ProblemError) else problem_of(error)
    if told.kind is CHANGED:
        return _MEANWHILE
    faults = (f"{one.pointer or one.parameter}: {one.detail}" for one in told.errors)
    return " ".join(filter(None, (told.detail or told.kind.title, "; ".join(faults))))
