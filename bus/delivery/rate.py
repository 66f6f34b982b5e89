"""A token bucket: how many starts a second a subscription allows."""


class Bucket:
    """Lets `rate` starts a second pass, and a burst, by default one second's worth.

    Times are monotonic seconds, given by the caller.
    """

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(
        self,
        rate: float,
        now: float,
        burst: float | None = None,
        *,
        left: float = float("inf"),
    ) -> None:
        self._rate = rate
        self._burst = max(1.0, rate if burst is None else burst)
        self._tokens = min(self._burst, left)
        self._at = now

    def left(self, now: float) -> float:
        """How many may start at once."""
        self._refill(now)
        return self._tokens

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        self._refill(now)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def next_chance(self, now: float) -> float:
        """When `take` may succeed again; `now` if it may at once."""
        self._refill(now)
        return now + max(0.0, 1.0 - self._tokens) / self._rate

    def _refill(self, now: float) -> None:
        passed = max(0.0, now - self._at)
        self._tokens = min(self._burst, self._tokens + passed * self._rate)
        self._at = max(now, self._at)


def changed(old: Bucket | None, rate: float | None, now: float) -> Bucket | None:
    """The bucket of another rate, None: any. It has what was left: no change refills.

    Who may change a rate, or anything beside it, could else have as many starts as
    he makes changes.
    """
    if rate is None:
        return None
    return Bucket(rate, now, left=old.left(now)) if old else Bucket(rate, now)
