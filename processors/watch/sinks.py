"""Who is told: a sink takes a notice, or raises, and then gets it again."""

from typing import Protocol

from bus.ports import Observer
from bus.watch.telling import Notice
from processors.telemetry import watch_names as names


class Sink(Protocol):
    """Somebody who is told of alerts. Hears a notice more than once after a crash."""

    async def tell(self, notice: Notice, at: float) -> None:
        """Tell that an alert fires, or is over.

        Raises:
            OrderbusError: not told; the same notice comes again.
        """
        ...


class LogLines:
    """The log lines of this process: there is always somebody who is told."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    async def tell(self, notice: Notice, at: float) -> None:
        """Write a line."""
        alert = notice.alert
        self._observer.note(
            names.ALERT_OVER if notice.is_over else names.ALERT,
            rule=alert.rule,
            subject=str(alert.subject),
            severity=alert.severity.value,
            lasted_s=round(alert.duration_s(at), 1),
            why=alert.evidence,
        )
