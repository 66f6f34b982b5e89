"""What reads a part of Kafka for one answer: so few of it may run at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from bus.access.roles import Principal
from processors.gateway.holding import Pool


class Few:
    """Those of a kind that run: `most` of all together, `most_of_one` of each."""

    def __init__(self, said: str, most: int, most_of_one: int) -> None:
        self._pool = Pool(said, most, most_of_one)

    @contextmanager
    def one(self, by: Principal) -> Iterator[None]:
        """One more of somebody's, within the block; all keys of a tenant are one.

        Raises:
            ProblemError: too many run.
        """
        who = f"tenant {by.tenant}" if by.tenant else by.key_id
        self._pool.take(who, 1)
        try:
            yield
        finally:
            self._pool.give_back(who, 1)


def searches() -> Few:
    """Searches in the content of events."""
    return Few("Enough is searched at a time; wait for one to end.", 3, 2)


def plans() -> Few:
    """Plans that are being counted, of replays and discards."""
    return Few("Enough is counted at a time; wait for one to end.", 6, 2)
