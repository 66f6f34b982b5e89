"""Times as they are asked for: `2026-11-23T12:00:00Z`, or `2h` for two hours ago."""

from typing import Annotated, TypeAlias

from pydantic import Field

from bus.delivery.schedule import parse_moment
from processors.gateway.problems import BAD_REQUEST, Fault, ProblemError
from processors.gateway.routes import Asked

_TIME = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
_ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])"
_DAY = (
    r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-9])|(0[13-9]|1[0-2])-30"
    r"|(0[13578]|1[02])-31"
)
PATTERN = rf"^(now|[0-9]{{1,6}}(ms|s|m|h|d)|20[0-9]{{2}}-({_DAY}){_TIME}{_ZONE})$"

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
