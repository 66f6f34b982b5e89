"""How many searches of content may run at a time: each reads a part of Kafka."""

from collections.abc import Iterator
from contextlib import contextmanager

from processors.gateway.holding import Pool

_SAID = "Enough is searched at a time; wait for one to end."


class Searches:
    """Those that run."""

    def __init__(self, most: int = 3, most_of_one: int = 2) -> None:
        self._pool = Pool(_SAID, most, most_of_one)

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """One more, within the block.

        Raises:
            ProblemError: too many run.
        """
        self._pool.take(who, 1)
        try:
            yield
        finally:
            self._pool.give_back(who, 1)
