"""Who is told: a sink takes a notice, or raises, and then gets it again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bus.client.producer import EventWriter
from bus.ports import Observer
from bus.watch.alerts import Alert
from bus.watch.announced import alert_event, heartbeat_event
from bus.watch.telling import Notice, Receiver
from bus.watch.verdicts import Health
from processors.telemetry import watch_names as names

_MOST_CHARS = 200


class Sink(Protocol):
    """Somebody who is told of alerts. Hears a notice more than once after a crash.

    It has a deadline of its own, after which it knows of no answer.
    """

    async def tell(self, notice: Notice, at: float) -> None:
        """Tell that an alert fires, or is over.

        Raises:
            OrderbusError: not told; the same notice comes again. Its text holds no
                secret.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When the watch, which leads, has judged; `health` is the whole bus's.

    It `sees` if what it judges by is fresh and what it finds can be written down.
    """

    at: float
    sees: bool = True
    health: Health = Health.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """How things stand, for one sink.

    `believed` is what it was told and not yet told to be over, `firing` counts all.
    """

    moment: Moment
    believed: Sequence[Alert]
    firing: int


class Reminder(Protocol):
    """Somebody who is told every minute how things stand."""

    async def remind(self, minute: Minute) -> bool:
        """Tell it; False if there was nothing to be told.

        Raises:
            OrderbusError: not told. Its text holds no secret.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A sink among the others: what kind it is, what it wants to hear.

    One without a sink is reminded only.
    """

    kind: str
    sink: Sink | None = None
    reminder: Reminder | None = None
    receiver: Receiver = field(default_factory=Receiver)


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


class OverTheBus:
    """The bus itself: alerts as events, to whoever subscribed to `ops.…`.

    A notice told again is the same event with the same id.
    """

    def __init__(self, writer: EventWriter) -> None:
        self._writer = writer

    async def tell(self, notice: Notice, at: float) -> None:
        """Publish it."""
        del at
        await self._writer.write(alert_event(notice))

    async def remind(self, minute: Minute) -> bool:
        """Publish a heartbeat, as long as somebody looks and sees."""
        moment = minute.moment
        if moment.sees:
            number = int(moment.at) // 60
            event = heartbeat_event(number, moment.health, minute.firing)
            await self._writer.write(event)
        return moment.sees


def one_line(text: str) -> str:
    """As much of an error as fits in a line, without what a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)[:_MOST_CHARS]
