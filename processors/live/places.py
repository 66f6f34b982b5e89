"""Places for those who read what is no longer in the ring. Pure."""

from collections import Counter

_PART_OF_ONE = 2


class Places:
    """So many at a time; half of them at most somebody's, who may come as many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of_one = max(1, most // _PART_OF_ONE)
        self._taken: Counter[str] = Counter()
        self.waiting = 0
        """How many wait for one now."""

    def take(self, whose: str) -> bool:
        """Take one, if there is one; nobody's (empty) are not counted as one's."""
        if self._taken.total() >= self._most:
            return False
        if whose and self._taken[whose] >= self._of_one:
            return False
        self._taken[whose] += 1
        return True

    def give_back(self, whose: str) -> None:
        """Give back one that was taken."""
        self._taken[whose] -= 1
        self._taken += Counter()
