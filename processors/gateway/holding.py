"""How much requests under way may hold at a time: all of them, and those of one.

Rates count requests. Whoever asks at once for what takes long, or sends large bodies
slowly, holds memory, threads and connections without ever exceeding a rate.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from processors.gateway.problems import TOO_MANY, UNAVAILABLE, ProblemError

_SOON = {"Retry-After": "1"}


class Pool:
    """So much of something there is, and so much one may have; 0: any amount.

    Args:
        said: What whoever has too much of it is told.
        most: Of all together.
        most_of_one: Of each.
    """

    def __init__(self, said: str, most: int, most_of_one: int) -> None:
        self._said = said
        self._most = most
        self._most_of_one = most_of_one
        self._held: Counter[str] = Counter()
        self._total = 0

    def take(self, who: str, amount: int) -> None:
        """Take some for somebody.

        Raises:
            ProblemError: who asks has as much as one may have, or nothing is left.
        """
        if self._most_of_one and self._held[who] + amount > self._most_of_one:
            raise ProblemError(TOO_MANY, self._said, headers=_SOON)
        if self._most and self._total + amount > self._most:
            raise ProblemError(UNAVAILABLE, "Too much is asked at once.", headers=_SOON)
        self._held[who] += amount
        self._total += amount

    def give_back(self, who: str, amount: int) -> None:
        """Give back what was taken for somebody."""
        self._total -= amount
        self._held[who] -= amount
        if not self._held[who]:
            del self._held[who]


class Holding:
    """What one request holds of the pools."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[Pool, str]] = Counter()

    def take(self, pool: Pool, who: str, amount: int = 1) -> None:
        """Take some more; raises as `Pool.take`."""
        pool.take(who, amount)
        self._taken[pool, who] += amount

    @contextmanager
    def returned(self) -> Iterator[None]:
        """Give all of it back at the end of the block."""
        try:
            yield
        finally:
            for (pool, who), amount in self._taken.items():
                pool.give_back(who, amount)
            self._taken.clear()
