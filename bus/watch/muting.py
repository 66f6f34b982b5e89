"""What keeps an alert from being told: silences, and quiet hours.

Neither changes an alert, nor what is listed; they say who is told when.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from fnmatch import fnmatchcase

from typing_extensions import override

from bus.watch.alerts import Alert
from bus.watch.verdicts import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts of these rules and subjects are not told until then.

    `rule` and `subject` are patterns as file names have them: `breaker_*`,
    `subscription/acme`. Times are epoch seconds.
    """

    id: str
    rule: str = "*"
    subject: str = "*"
    since: float
    until: float
    why: str = ""
    by: str = ""

    def covers(self, alert: Alert, at: float) -> bool:
        """Whether an alert is not to be told now."""
        return (
            self.since <= at < self.until
            and fnmatchcase(alert.rule, self.rule)
            and fnmatchcase(str(alert.subject), self.subject)
        )


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when to when nobody is told but of pages, by the clocks of a place.

    Where `start` is later than `end` the night lies between. Both the same: never.
    """

    start: time
    end: time
    zone: tzinfo

    @override
    def __str__(self) -> str:
        """As the settings say it: `22:00-07:00 Europe/Berlin`."""
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"

    def covers(self, alert: Alert, at: float) -> bool:
        """Whether an alert has to wait for the morning."""
        if alert.severity is Severity.PAGE:
            return False
        now = datetime.fromtimestamp(at, self.zone).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


@dataclass(frozen=True, slots=True)
class Muting:
    """All silences."""

    silences: Iterable[Silence] = ()

    def silence(self, alert: Alert, at: float) -> Silence | None:
        """The silence that covers an alert: the one that lasts longest."""
        those = [one for one in self.silences if one.covers(alert, at)]
        return max(those, key=lambda one: one.until, default=None)
