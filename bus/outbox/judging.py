"""What a failure to publish means: for this row alone, or for all of its topic."""

from dataclasses import dataclass
from typing import TypeAlias

from bus.errors import (
    Heals,
    IncompatibleSchemaError,
    InvalidEventError,
    InvalidSchemaError,
    OrderbusError,
    PublishError,
)


@dataclass(frozen=True, slots=True)
class Refuse:
    """The row is never taken as it is; the reason is kept with it."""

    why: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is wrong with the row: its topic takes nothing now."""

    why: str


Verdict: TypeAlias = Refuse | Hold

_NEVER = (InvalidEventError, IncompatibleSchemaError, InvalidSchemaError)


def judge(error: OrderbusError) -> Verdict:
    """Say what an error of publishing means for the row.

    A topic that is missing, or that we may not write to, waits for somebody as it does
    for a broker: the next row would fare no better.
    """
    if isinstance(error, _NEVER):
        return Refuse(str(error))
    if isinstance(error, PublishError) and error.heals is Heals.NOTHING:
        return Refuse(str(error))
    return Hold(str(error))
