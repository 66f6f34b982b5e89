"""The phases of a migration: a ladder of rungs, each with a share of the orders."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Phase(StrEnum):
    """Where a migration stands, and who sends."""

    INVENTORY = "inventory"  # old; endpoints, secrets and filters are brought over
    TAP = "tap"  # old; what it sends is recorded
    SHADOW = "shadow"  # old; the bus makes what it would send, for comparison
    CANARY = "canary"  # new for a share of the orders
    REVERSED = "reversed"  # new; the old one computes only
    RETIRED = "retired"  # new; the old one is off


class Rung(NamedTuple):
    """A phase, and which share of the orders the new side has in it, in percent."""

    phase: Phase
    share: int


ALL = 100


def ladder(shares: Sequence[int]) -> Sequence[Rung]:
    """All rungs, lowest first; `shares` are those of the canary, rising."""
    return (
        Rung(Phase.INVENTORY, 0),
        Rung(Phase.TAP, 0),
        Rung(Phase.SHADOW, 0),
        *(Rung(Phase.CANARY, share) for share in shares),
        Rung(Phase.REVERSED, ALL),
        Rung(Phase.RETIRED, ALL),
    )


def above(rung: Rung, shares: Sequence[int]) -> Rung | None:
    """The next rung; None: it is the last."""
    rungs = ladder(shares)
    at = _place(rung, rungs)
    return rungs[at + 1] if at + 1 < len(rungs) else None


def below(rung: Rung, shares: Sequence[int], *, at_all: bool = False) -> Rung | None:
    """The rung before; `at_all`: the highest without any order. None: there is none."""
    rungs = ladder(shares)
    at = _place(rung, rungs)
    if at_all and rung.share:
        return rungs[2]
    return rungs[at - 1] if at else None


def _place(rung: Rung, rungs: Sequence[Rung]) -> int:
    """Where a rung is; of a share that is no longer planned, the one it has reached."""
    order = tuple(Phase)
    key = order.index(rung.phase), rung.share
    reached = [n for n, x in enumerate(rungs) if (order.index(x.phase), x.share) <= key]
    return reached[-1]
