"""Figures of a comparison: how sure it is, and how late the sides are."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

_SHARES = (0.5, 0.95, 0.99)
ENOUGH = 3_000
"""Pairs without a difference that bound its share by 0.1 % (at 95 %)."""


def bound(pairs: int) -> float | None:
    """Which share of differences so many pairs without one do not exclude, at 95 %.

    The rule of three: 1 - 0.05 ** (1 / n) is near 3 / n. None: nothing was compared.
    """
    return min(1.0, 3 / pairs) if pairs else None


@dataclass(frozen=True, slots=True)
class Spread:
    """Half, 95 % and 99 % of the times are no longer; milliseconds."""

    count: int
    p50: int
    p95: int
    p99: int


def spread(times: Sequence[int]) -> Spread | None:
    """The spread of times; None: there are none."""
    if not times:
        return None
    in_order = sorted(times)
    found = (in_order[ceil(share * len(in_order)) - 1] for share in _SHARES)
    return Spread(len(in_order), *found)
