"""Trying sinks out: a test notice and its end to each, and what was answered."""

from collections.abc import Mapping
from dataclasses import replace

from bus.errors import ConfigurationError, OrderbusError
from bus.watch.alerts import Alert, Phase
from bus.watch.telling import Notice
from bus.watch.verdicts import Health, Kind, Severity, Subject
from processors.watch.ear import one_line
from processors.watch.sinks import Listener, Minute, Moment

RULE = "test"
_WHY = "somebody tries out whether notices arrive; nothing is wrong"


async def try_sinks(
    listeners: Mapping[str, Listener], only: str | None, at: float
) -> Mapping[str, str | None]:
    """Tell all of them, or the one; by name why it was not taken, None if it was.

    Raises:
        ConfigurationError: there is no such sink; the names are listed.
    """
    if only is not None and only not in listeners:
        raise ConfigurationError(
            f"there is no sink {only}; there are: {', '.join(sorted(listeners))}"
        )
    names = sorted(listeners) if only is None else [only]
    return {name: await _tried(name, listeners[name], at) for name in names}


async def _tried(name: str, listener: Listener, at: float) -> str | None:
    fires = Alert(
        rule=RULE,
        subject=Subject(Kind.BUS),
        severity=Severity.TICKET,
        phase=Phase.FIRING,
        began=at,
        seen=at,
        fired=at,
        evidence=_WHY,
    )
    over = replace(fires, phase=Phase.RESOLVED, resolved=at + 1, seen=at + 1)
    try:
        if listener.sink is not None:
            for alert in (fires, over):
                await listener.sink.tell(Notice(name, alert), at + 1)
        elif listener.reminder is not None:
            moment = Moment(at=at, health=Health.UNKNOWN)
            await listener.reminder.remind(Minute(moment=moment, believed=(), firing=0))
    except OrderbusError as error:
        return one_line(str(error))
    return None
