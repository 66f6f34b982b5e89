"""Times as they are asked for: `2026-11-23T12:00:00Z`, or `2h` for two hours ago."""

from typing import Annotated, TypeAlias

from pydantic import Field

from bus.delivery.schedule import parse_moment
from processors.gateway.problems import BAD_REQUEST, Fault, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.time_form import PATTERN

__all__ = ["PATTERN", "Moment", "ms_of"]

Moment: TypeAlias = Annotated[
    str,
    Field(
        pattern=PATTERN,
        description="A time of RFC 3339, or `2h` for two hours ago.",
        examples=["2h"],
    ),
]


def ms_of(asked: Asked, moment: str | None, name: str) -> int | None:
    """Epoch milliseconds of a moment; None stays None.

    Raises:
        ProblemError: it is no time; `name` says where it was given.
    """
    if moment is None:
        return None
    try:
        return max(0, int(parse_moment(moment, asked.api.world.clock.now()) * 1000))
    except ValueError as error:
        where = Fault(parameter=name, detail=str(error))
        raise ProblemError(BAD_REQUEST, "A time is none.", errors=[where]) from None
