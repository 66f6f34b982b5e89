"""What an incident is: what goes wrong from when to when, and who is to notice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from bus.watch.alerts import Alert
from tests.day.stage import Stage

Act: TypeAlias = Callable[[Stage], Awaitable[object] | None]
TAIL_S = 45 * 60.0
"""For how long after its end an alert may still be an incident's."""


def nothing(_: Stage) -> None:
    """It mends itself, or nobody mends it that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """From `at` on, for `lasts` (minutes of the day).

    `by` are the alerts that notice it, as patterns of their keys: one has to fire
    within `within` minutes. `along` may fire too. Without any `by` it is harmless, and
    nothing may fire. `pages`: somebody is woken.
    """

    name: str
    at: float
    lasts: float
    begin: Act
    end: Act = nothing
    by: tuple[str, ...] = ()
    along: tuple[str, ...] = ()
    within: float = 20.0
    pages: bool = False

    @property
    def harmless(self) -> bool:
        """Whether nobody is to hear of it."""
        return not self.by

    def owns(self, alert: Alert, midnight: float) -> bool:
        """Whether an alert is one of this incident."""
        began = midnight + self.at * 60
        ended = began + self.lasts * 60 + TAIL_S
        at = alert.fired or alert.seen
        return began <= at <= ended and _fits(alert, self.by + self.along)

    def notices(self, alert: Alert) -> bool:
        """Whether it is one of those that have to be told."""
        return _fits(alert, self.by)


def _fits(alert: Alert, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(alert.key, pattern) for pattern in patterns)
