"""Who has to be told of what now."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from bus.watch.alerts import Alert, Phase
from bus.watch.muting import Muting


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
    alert: Alert, sinks: Collection[str], muting: Muting, at: float
) -> Iterator[Notice]:
    """What each sink has yet to hear of an alert, if it may be told now.

    A silence withholds that it fires; once it ends, what still fires is told. Who was
    told that it fires always hears the end, silenced or not. Quiet hours put off both.
    """
    if muting.is_quiet(alert, at):
        return
    if alert.phase is Phase.FIRING and muting.silence(alert, at) is None:
        for sink in sorted(sinks):
            if sink not in alert.told:
                yield Notice(sink, alert)
    if alert.phase is Phase.RESOLVED:
        for sink in sorted(alert.owed & frozenset(sinks)):
            yield Notice(sink, alert)


def told(alert: Alert, sink: str) -> Alert:
    """Return an alert after a sink was told of it as it is."""
    if alert.phase is Phase.RESOLVED:
        return replace(alert, ended=alert.ended | {sink})
    return replace(alert, told=alert.told | {sink})
