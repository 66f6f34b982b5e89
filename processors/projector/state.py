"""How the log is: for commands and the API alike."""

from dataclasses import dataclass

from bus.log.retention import Described
from bus.log.store import Log
from bus.ports import Clock

STALE_S = 60.0
"""A log that is further behind is written by nobody, or not fast enough."""


@dataclass(frozen=True, slots=True)
class LogState:
    """What a log is made of, and by how much it is behind (None: not known yet)."""

    described: Described
    lag_s: float | None

    @property
    def trouble(self) -> str | None:
        """What somebody should look at."""
        if self.lag_s is None:
            return "not all is read into it yet: does a projector run? bus status"
        if self.lag_s > STALE_S:
            return f"{self.lag_s:.0f} s behind: does a projector run? bus status"
        return None


async def look_at_log(log: Log, clock: Clock) -> LogState:
    """Ask the log.

    Raises:
        LogUnavailableError: its database gives no answer.
        ConfigurationError: somebody has to mend something first.
    """
    described = await log.describe()
    return LogState(described, await lag_of(log, clock))


async def lag_of(log: Log, clock: Clock) -> float | None:
    """By how many seconds the log is behind now; None where not all is begun yet."""
    read_to_us = await log.read_to_us()
    if not read_to_us:
        return None
    return max(0.0, clock.now() - read_to_us / 1e6)
