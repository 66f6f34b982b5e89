"""Counts a minute, and latencies in buckets that add up: any span from any minutes."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

# Microseconds, a factor of the square root of two apart: 1 ms to 5 min and beyond.
BOUNDS = tuple(round(1_000 * 2 ** (step / 2)) for step in range(37))
BUCKETS = len(BOUNDS) + 1


class Minute(NamedTuple):
    """What befell the deliveries of one subscription and type in one minute.

    `minute` is minutes since the epoch, of when attempts began. `latencies` counts
    attempts by `bucket` of their duration.
    """

    minute: int
    subscription: str
    event_type: str
    accepted: int
    refused: int
    throttled: int
    failed: int
    unreachable: int
    held: int
    dead_letters: int
    latencies: tuple[int, ...]


def bucket(duration_us: int) -> int:
    """Which bucket a duration counts in; the last one is open to the right."""
    return bisect_left(BOUNDS, duration_us)


def quantile_us(latencies: Sequence[int], share: float) -> float | None:
    """The duration that `share` of all stay below; None if there were none.

    Right to within a bucket, which is a fifth either way.
    """
    total = sum(latencies)
    if not total:
        return None
    wanted = share * total
    for index, seen in enumerate(accumulate(latencies)):
        if seen >= wanted:
            upper = BOUNDS[min(index, len(BOUNDS) - 1)]
            lower = BOUNDS[index - 1] if index else 0
            within = (wanted - (seen - latencies[index])) / max(latencies[index], 1)
            return lower + (upper - lower) * within
    return float(BOUNDS[-1])
