"""Whether what a source sends can be written now: after a failure, one tries."""

PAUSE_S = 1.0
LOST_S = 5.0


class Outage:
    """How writing to one partition goes. Times are monotonic seconds.

    After a failure all are turned away but for one, `PAUSE_S` later, which finds out:
    it waits as long as it may, so that a second one beside it would learn no more. Of
    one that never tells, the next takes the place after `LOST_S`.
    """

    __slots__ = ("_next", "since", "why")

    def __init__(self) -> None:
        self.since: float | None = None
        self.why = ""
        self._next = 0.0

    def admits(self, now: float) -> bool:
        """Whether a write may be tried; in an outage that is the one to find out."""
        if self.since is None:
            return True
        if now < self._next:
            return False
        self._next = now + LOST_S
        return True

    def failed(self, now: float, why: str) -> bool:
        """A write failed; returns whether that begins an outage."""
        begins = self.since is None
        self.since = now if begins else self.since
        self.why = why
        self._next = now + PAUSE_S
        return begins

    def worked(self, now: float) -> float | None:
        """A write was acknowledged; returns how long an outage was that this ends."""
        if self.since is None:
            return None
        away_s, self.since, self.why = now - self.since, None, ""
        return away_s
