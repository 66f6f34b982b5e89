"""Counts a minute, and latencies in buckets that add up: any span from any minutes."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from bus.log.rows import AttemptRow

# Microseconds, a factor of the square root of two apart: 1 ms to 5 min and beyond.
BOUNDS = tuple(round(1_000 * 2 ** (step / 2)) for step in range(37))
BUCKETS = len(BOUNDS) + 1
_UPPER = (*BOUNDS, BOUNDS[-1])
MINUTE_US = 60_000_000


class Minute(NamedTuple):
    """What befell the deliveries of one subscription and type in one minute.

    `minute` is minutes since the epoch, of when attempts began. `latencies` counts
    attempts by `bucket` of their duration, hops without a call left out.
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


COUNTS = Minute._fields[3:-1]
"""What is counted beside latencies, in the order of a tally."""
WIDTH = len(COUNTS) + BUCKETS

Tally: TypeAlias = Sequence[int]
"""The counts in the order of `COUNTS`, then the buckets: `WIDTH` numbers that add."""
Key: TypeAlias = tuple[int, str, str]
"""Minute, subscription, event type."""

_COUNT_OF = {name: number for number, name in enumerate(COUNTS)}
_DEAD_LETTERS = _COUNT_OF["dead_letters"]
_FAILED = _COUNT_OF["failed"]
_LATENCIES = len(COUNTS)


def bucket(duration_us: int) -> int:
    """Which bucket a duration counts in; the last one is open to the right."""
    return bisect_left(BOUNDS, duration_us)


def tallied(attempts: Iterable[AttemptRow]) -> Mapping[Key, list[int]]:
    """Count attempts by minute, subscription and type.

    An outcome that this version does not know counts as failed.
    """
    tallies: dict[Key, list[int]] = {}
    for attempt in attempts:
        minute = attempt.started_us // MINUTE_US
        key = (minute, attempt.subscription, attempt.event_type)
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = [0] * WIDTH
        tally[_COUNT_OF.get(attempt.outcome, _FAILED)] += 1
        if attempt.route.startswith("dead_letter"):
            tally[_DEAD_LETTERS] += 1
        if attempt.number:
            tally[_LATENCIES + bucket(attempt.duration_us)] += 1
    return tallies


def minute_of(key: Key, tally: Tally) -> Minute:
    """Return a tally under the names of its counts."""
    counts = tally[:_LATENCIES]
    return Minute._make((*key, *counts, tuple(tally[_LATENCIES:])))


def tally_of(minute: Minute) -> Tally:
    """Return a minute's counts as a tally."""
    return (*minute[3:-1], *minute.latencies)


def added(tallies: Iterable[Tally]) -> Tally:
    """Return the sum; of none, zeros."""
    return [sum(column) for column in zip([0] * WIDTH, *tallies, strict=True)]


def quantiles_us(latencies: Sequence[int], *shares: float) -> Sequence[float | None]:
    """The durations that these shares of all stay below; None if there were none.

    Right to within a bucket, which is a fifth either way.
    """
    seen = list(accumulate(latencies))
    if not seen[-1]:
        return [None] * len(shares)
    return [_within(seen, share * seen[-1]) for share in shares]


def _within(seen: Sequence[int], wanted: float) -> float:
    """Where among the buckets, in proportion to how far into one."""
    index = bisect_left(seen, wanted)
    if not index:
        return BOUNDS[0] * wanted / (seen[0] or 1)
    below, lower, upper = seen[index - 1], BOUNDS[index - 1], _UPPER[index]
    return lower + (upper - lower) * (wanted - below) / (seen[index] - below or 1)
