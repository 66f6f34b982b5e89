"""What this process has seen of each source, in bounded memory."""

from bus.intake.health import words
from bus.intake.health.tally import Tally
from bus.ports import Clock

MOST = 1_000
"""Sources of which a process counts anything."""


class Tallies:
    """A tally a source, made with its first count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.of: dict[str, Tally] = {}

    def get(self, source: str) -> Tally:
        """The tally of a source; of one too many, one that nobody reads."""
        tally = self.of.get(source)
        if tally is None:
            tally = Tally()
            if len(self.of) < MOST:
                self.of[source] = tally
        return tally

    def count(self, source: str, word: str) -> None:
        """Count something of a source now."""
        self.get(source).count(word, self._clock.now())

    def answered(self, source: str, seconds: float) -> None:
        """Count an answer by how long it took."""
        self.count(source, words.answer_word(seconds))
