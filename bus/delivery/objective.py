"""What is aimed at for one subscription, where that is not what all have."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

LEAST, MOST = 0.5, 0.99999
LONGEST_S = 300.0
_PERCENT = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%\s*")
_EXPECTED = "expected a share from 0.5 to 0.99999, or from 50% to 99.999%"


def parse_share(value: object) -> object:
    """Return the share that `99.5%` is; anything else as it is.

    Raises:
        ValueError: a text that is none.
    """
    if not isinstance(value, str):
        return value
    found = _PERCENT.fullmatch(value)
    if found is not None:
        return round(float(found[1]) / 100, 10)
    try:
        return float(value)
    except ValueError:
        raise ValueError(_EXPECTED) from None


def _share(value: float) -> float:
    if not LEAST <= value <= MOST:
        raise ValueError(_EXPECTED)
    return value


def _seconds(value: float) -> float:
    if not 0 < value <= LONGEST_S:
        raise ValueError("expected more than 0 s, and 300 s at most")
    return value


class OwnObjective(BaseModel):
    """What a subscription says of it; None: as the bus has it for all.

    `success` is the share of its deliveries that are accepted in time, `p95_s` what 95
    of 100 attempts take at most.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    success: (
        Annotated[float, BeforeValidator(parse_share), AfterValidator(_share)] | None
    ) = None
    p95_s: Annotated[float, AfterValidator(_seconds)] | None = None
