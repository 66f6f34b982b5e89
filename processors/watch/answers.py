"""What is answered to those who ask how all is: as plain values, for every face.

All of it is what the watch that leads has written; when that is old, nobody knows.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager

from bus.errors import BrokerUnavailableError
from bus.times import moment_of, rfc3339
from bus.watch.alerts import Alert, Phase
from bus.watch.muting import Muting, Silence
from bus.watch.rules import BY_NAME
from bus.watch.sinks import Told
from bus.watch.states import BUS, Reason, State
from bus.watch.verdicts import WORST, Health, Subject
from bus.watch.wording import span
from processors.status.report import HealthSaid
from processors.subscriptions.world import World
from processors.watch.board import Board
from processors.watch.writing import LOOK_EVERY_S

Row = dict[str, object]
READ_S = 15.0
OLD_S = 3 * LOOK_EVERY_S
"""After so long without a word from a watch nobody knows how all is."""
_PHASES = (Phase.FIRING, Phase.PENDING, Phase.RESOLVED)


@asynccontextmanager
async def open_board(world: World) -> AsyncIterator[Board]:
    """Read what the watch knows, and follow it.

    Raises:
        BrokerUnavailableError: it cannot be read in time.
    """
    board = Board(world.reader, world.clock, world.topology.alerts)
    async with board:
        try:
            async with asyncio.timeout(READ_S):
                await board.ready()
        except TimeoutError:
            raise BrokerUnavailableError(
                f"{board.topic} could not be read within {READ_S:.0f} s"
            ) from None
        yield board


def health_row(board: Board, now: float) -> Row:
    """How the bus is, and everybody who is not healthy or all of them, worst first."""
    old = too_old(board, now)
    whole = _whole(board, old)
    return {
        "state": whole.health.value,
        "reasons": reason_rows(whole),
        "looked_at": None if board.look is None else _moment(board.look.at),
        "unknown": {} if board.look is None else dict(board.look.unknown),
        "parts": [
            {
                "kind": subject.kind.value,
                "name": subject.name,
                "state": state.health.value,
                "reasons": reason_rows(state),
            }
            for subject, state in _ranked(board)
            if subject != BUS
        ],
    }


def health_said(board: Board, now: float) -> HealthSaid:
    """How the bus is, in a word with its reasons; its own first."""
    whole = _whole(board, too_old(board, now))
    looks = board.look is not None
    return HealthSaid(whole.health.value, [one.why for one in whole.reasons], looks)


def too_old(board: Board, now: float) -> str | None:
    """Why nobody knows how all is; None if a watch has looked lately."""
    if board.look is None:
        return "no watch has ever looked: bus run watch"
    if now - board.look.at > OLD_S:
        return f"no watch has looked for {span(now - board.look.at)}: bus run watch"
    return None


def alert_rows(board: Board, now: float, phases: Collection[Phase]) -> list[Row]:
    """Alerts in these phases: what fires first, the gravest and oldest of it."""
    muting = Muting(tuple(board.silences.values()))
    found = [one for one in board.alerts.values() if one.phase in phases]
    return [_alert_row(one, muting, now) for one in sorted(found, key=_gravity)]


def silence_rows(board: Board, now: float) -> list[Row]:
    """Silences that are not over, what ends first first."""
    live = [one for one in board.silences.values() if one.until > now]
    ranked = sorted(live, key=lambda one: one.until)
    return [silence_row(board, one, now) for one in ranked]


def silence_row(board: Board, one: Silence, now: float) -> Row:
    """A silence as it is shown, with how many alerts of now it covers."""
    alerts = [a for a in board.alerts.values() if a.phase is not Phase.RESOLVED]
    return {
        "id": one.id,
        "rule": one.rule,
        "subject": one.subject,
        "since": _moment(one.since),
        "until": _moment(one.until),
        "why": one.why,
        "by": one.by,
        "covers": sum(one.covers(alert, now) for alert in alerts),
    }


def sink_rows(board: Board) -> list[Row]:
    """Who is told of alerts, by name, and whether they take what they are told."""
    return [sink_row(board.sinks[name]) for name in sorted(board.sinks)]


def sink_row(told: Told) -> Row:
    """One of them."""
    failing = told.failing_since
    return {
        "name": told.name,
        "kind": told.kind,
        "state": _word(told),
        "sent": None if told.sent is None else _moment(told.sent),
        "failing_since": None if failing is None else _moment(failing),
        "why": told.why,
        "waiting": told.waiting,
        "quiet_hours": told.quiet or None,
        "tried_at": None if told.tried is None else _moment(told.tried),
        "tried_why": told.tried_why,
    }


def _word(told: Told) -> str:
    if told.failing_since is not None:
        return "failing"
    return "untried" if told.sent is None else "working"


def _alert_row(one: Alert, muting: Muting, now: float) -> Row:
    rule = BY_NAME.get(one.rule)
    silence = muting.silence(one, now)
    return {
        "rule": one.rule,
        "kind": one.subject.kind.value,
        "name": one.subject.name,
        "severity": one.severity.value,
        "phase": one.phase.value,
        "since": _moment(one.began),
        "fired": None if one.fired is None else _moment(one.fired),
        "resolved": None if one.resolved is None else _moment(one.resolved),
        "lasted_s": round(one.duration_s(now), 1),
        "evidence": one.evidence,
        "means": rule.meaning if rule else "",
        "runbook": f"deploy/runbook.md#{rule.runbook}" if rule else "",
        "silenced_until": None if silence is None else _moment(silence.until),
        "began_with": one.why,
        "before": None if one.before is None else _moment(one.before),
        "told": sorted(one.owed),
    }


def _whole(board: Board, old: str | None) -> State:
    if old is None:
        return board.states.get(BUS, State(Health.UNKNOWN))
    return State(Health.UNKNOWN, (Reason(old),))


def _ranked(board: Board) -> Iterable[tuple[Subject, State]]:
    return sorted(
        board.states.items(),
        key=lambda item: (WORST.index(item[1].health), item[0]),
    )


def reason_rows(state: State) -> Sequence[Row]:
    """Why somebody is as they are."""
    return [{"why": one.why, "rule": one.rule} for one in state.reasons]


def _gravity(one: Alert) -> tuple[int, bool, float]:
    return _PHASES.index(one.phase), one.severity.value != "page", one.began


def _moment(seconds: float) -> str:
    return rfc3339(moment_of(seconds * 1000))
