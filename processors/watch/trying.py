"""Trying sinks out: a test notice and its end to each, and what was answered."""

from collections.abc import Mapping
from dataclasses import replace

from bus.errors import AbsentError, OrderbusError
from bus.watch.alerts import Alert, Phase
from bus.watch.sinks import Told
from bus.watch.telling import Notice
from bus.watch.verdicts import Health, Kind, Severity, Subject
from processors.subscriptions.world import World
from processors.watch.board import Board
from processors.watch.records import trial_message
from processors.watch.sinks import Listener, Minute, Moment, one_line

RULE = "test"
_WHY = "somebody tries out whether notices arrive; nothing is wrong"


async def try_sinks(
    listeners: Mapping[str, Listener], only: str | None, at: float
) -> Mapping[str, str | None]:
    """Tell all of them, or the one; by name why it was not taken, None if it was.

    Raises:
        AbsentError: there is no such sink; the names are listed.
    """
    if only is not None and only not in listeners:
        raise AbsentError(
            f"there is no sink {only}; there are: {', '.join(sorted(listeners))}"
        )
    names = sorted(listeners) if only is None else [only]
    return {name: await tried(name, listeners[name], at) for name in names}


async def ask_to_try(world: World, board: Board, name: str) -> Told | None:
    """Have the watch send a sink a test at its next look; None: there is none such.

    Raises:
        PublishError: not written.
    """
    found, now = board.sinks.get(name), world.clock.now()
    if found is None:
        return None
    message = trial_message(board.topic, name, now)
    await board.applied(await world.publisher.publish(message))
    return replace(found, tried=now, tried_why=None)


async def tried(name: str, listener: Listener, at: float) -> str | None:
    """Tell one; why it was not taken, None if it was."""
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
