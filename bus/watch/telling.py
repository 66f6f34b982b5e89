"""Who has to be told of what now."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from bus.watch.alerts import Alert, Phase
from bus.watch.muting import Muting, QuietHours
from bus.watch.verdicts import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What a sink wants to hear, and when.

    `rules` are patterns as file names have them. `over_the_bus`: it hears nothing that
    may not be said over the bus (see `Whose.account`).
    """

    severities: frozenset[Severity] = frozenset(Severity)
    rules: tuple[str, ...] = ("*",)
    quiet: QuietHours | None = None
    over_the_bus: bool = False

    def wants(self, alert: Alert) -> bool:
        """Whether an alert is for it."""
        return (
            alert.severity in self.severities
            and any(fnmatchcase(alert.rule, pattern) for pattern in self.rules)
            and not (self.over_the_bus and alert.whose.account is None)
        )

    def is_quiet(self, alert: Alert, at: float) -> bool:
        """Whether it wants to hear of it later."""
        return self.quiet is not None and self.quiet.covers(alert, at)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sink is to hear that an alert fires, or that it is over."""

    sink: str
    alert: Alert

    @property
    def is_over(self) -> bool:
        """Whether it tells of the end."""
        return self.alert.phase is Phase.RESOLVED

    @property
    def id(self) -> str:
        """The same however often it is told."""
        word = "resolved" if self.is_over else "firing"
        return f"{self.alert.key}:{self.alert.began:.3f}:{word}"


def due(
    alert: Alert, sink: str, receiver: Receiver, muting: Muting, at: float
) -> Notice | None:
    """What a sink has yet to hear of an alert, if it may be told now.

    A silence withholds that it fires; once it ends, what still fires is told. Who was
    told that it fires always hears the end, silenced or not, wanted still or not. Quiet
    hours put off both.
    """
    if receiver.is_quiet(alert, at):
        return None
    if alert.phase is Phase.RESOLVED:
        return Notice(sink, alert) if sink in alert.owed else None
    fires = alert.phase is Phase.FIRING and sink not in alert.told
    if fires and receiver.wants(alert) and muting.silence(alert, at) is None:
        return Notice(sink, alert)
    return None


def heard(alert: Alert, notice: Notice) -> Alert:
    """Return an alert, as it is by now, after a sink took a notice of it.

    It may be over meanwhile, or have begun anew.
    """
    if not notice.is_over:
        return replace(alert, told=alert.told | {notice.sink})
    if alert.phase is Phase.RESOLVED:
        return replace(alert, ended=alert.ended | {notice.sink})
    return replace(alert, told=alert.told - {notice.sink})
