"""How many webhooks a listener heard, and what came of them."""

from collections import Counter
from collections.abc import Callable

from processors.listening.heard import Heard

_MOST_ANSWERS = 50


class Tally:
    """Counts; calls `enough` when so many as were wished for have come."""

    def __init__(self, most: int | None, enough: Callable[[], None]) -> None:
        self._most = most
        self._enough = enough
        self.webhooks = 0
        self.verified = 0
        self.unverified = 0
        self.answers: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()

    def count(self, heard: Heard) -> None:
        """Take a webhook in."""
        self.webhooks += 1
        if heard.verdict is not None:
            self.verified += heard.verdict.good
            self.unverified += not heard.verdict.good
        known = heard.answer in self.answers or len(self.answers) < _MOST_ANSWERS
        self.answers[heard.answer if known else "other"] += 1
        if self._most is not None and self.webhooks >= self._most:
            self._enough()

    def refuse(self, status: int) -> None:
        """Take in what was no webhook, or beyond the limits; 0: hung up on."""
        self.refused[status] += 1
