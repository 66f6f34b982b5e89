"""Writing down what the watch knows: only what changed, again until it is written."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bus.errors import PublishError
from bus.ports import Clock, Observer, Publisher
from bus.record import Message, Written
from bus.watch.alerts import Alert, changed
from bus.watch.sinks import Told
from bus.watch.states import State
from bus.watch.verdicts import Subject
from processors.telemetry import watch_names as names
from processors.watch.board import Board
from processors.watch.records import (
    ALERT,
    STATE,
    Look,
    alert_message,
    figures_message,
    hour_message,
    look_message,
    sink_message,
    state_message,
)
from processors.watch.records import PastHour as Past

LOOK_EVERY_S = 30.0
WRITE_WITHIN_S = 5.0
"""How long a look waits for Kafka to take what it found."""
_LATE = f"no acknowledgement within {WRITE_WITHIN_S:.0f} s"
_REASON_EVERY_S = 60.0
_FIGURES_EVERY_S = 30.0
_HOURS_A_WEEK = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What writing needs."""

    publisher: Publisher
    topic: str
    clock: Clock
    observer: Observer


class Writing:
    """One leader's writing, from its takeover on."""

    def __init__(self, desk: Desk, leader: str, term: int, board: Board) -> None:
        self._desk = desk
        self._leader = leader
        self._term = term
        self._alerts: Mapping[str, Alert] = dict(board.alerts)
        self._told = {
            key: (float("-inf"), one.evidence) for key, one in board.alerts.items()
        }
        """By alert: when it was last written, and with which evidence."""
        self._states: dict[Subject, State] = dict(board.states)
        self._sinks: Mapping[str, Told] = dict(board.sinks)
        self._said_at: dict[Subject, float] = {}
        self._looked_at = float("-inf")
        self._figures: Mapping[str, Mapping[str, object]] = dict(board.figures)
        self._figures_at = float("-inf")
        self._failing = False

    @property
    def writes(self) -> bool:
        """Whether what was last to be written is written."""
        return not self._failing

    async def alerts(
        self, alerts: Mapping[str, Alert], overwritten: Iterable[str] = ()
    ) -> None:
        """Write those that changed; where only the evidence did, once a minute.

        `overwritten` are keys to write in any case.
        """
        lost = {key.removeprefix(ALERT) for key in overwritten if key.startswith(ALERT)}
        now = self._desk.clock.monotonic()
        news = dict(changed(self._alerts, alerts))
        news |= {key: alerts.get(key) for key in lost}
        news |= {k: one for k, one in alerts.items() if self._is_old(k, one, now)}
        topic, term = self._desk.topic, self._term
        if await self._write(
            alert_message(topic, key, alert, term) for key, alert in news.items()
        ):
            self._alerts = dict(alerts)
            self._told |= {k: (now, one.evidence) for k, one in news.items() if one}
            for gone in self._told.keys() - alerts.keys():
                del self._told[gone]

    async def states(
        self, states: Mapping[Subject, State], overwritten: Iterable[str] = ()
    ) -> None:
        """Write those that changed; where only the evidence did, once a minute."""
        lost = {key.removeprefix(STATE) for key in overwritten if key.startswith(STATE)}
        now = self._desk.clock.monotonic()
        news: dict[Subject, State | None] = {
            subject: state
            for subject, state in states.items()
            if str(subject) in lost or self._is_news(subject, state, now)
        }
        news |= dict.fromkeys(self._states.keys() - states.keys())
        topic, term = self._desk.topic, self._term
        messages = [state_message(topic, s, state, term) for s, state in news.items()]
        if await self._write(messages):
            self._said_at |= dict.fromkeys(news, now)
            self._states = self._states | dict(_there(news))
            for gone in self._states.keys() - states.keys():
                del self._states[gone]

    async def sinks(self, sinks: Mapping[str, Told]) -> None:
        """Write what sinks were told, of those where it changed."""
        news: dict[str, Told | None] = {
            name: told for name, told in sinks.items() if self._sinks.get(name) != told
        }
        news |= dict.fromkeys(self._sinks.keys() - sinks.keys())
        topic, term = self._desk.topic, self._term
        if await self._write(
            sink_message(topic, told, name, term) for name, told in news.items()
        ):
            self._sinks = dict(sinks)

    async def look(self, at: float, unknown: Mapping[str, str]) -> None:
        """Say that it looked, every half minute."""
        if at - self._looked_at < LOOK_EVERY_S:
            return
        look = Look(leader=self._leader, at=at, unknown=unknown)
        if await self._write([look_message(self._desk.topic, look, self._term)]):
            self._looked_at = at

    async def figures(self, figures: Mapping[str, Mapping[str, object]]) -> None:
        """Write what sources of intake did, of those where it changed."""
        now = self._desk.clock.monotonic()
        if now - self._figures_at < _FIGURES_EVERY_S:
            return
        news: dict[str, Mapping[str, object] | None] = {
            name: one for name, one in figures.items() if self._figures.get(name) != one
        }
        news |= dict.fromkeys(self._figures.keys() - figures.keys())
        topic, term = self._desk.topic, self._term
        if await self._write(
            figures_message(topic, name, one, term) for name, one in news.items()
        ):
            self._figures, self._figures_at = dict(figures), now

    async def hours(self, hours: Iterable[Past]) -> None:
        """Write what came in hours that are over."""
        topic, term = self._desk.topic, self._term
        await self._write(
            hour_message(topic, past, past.hour % _HOURS_A_WEEK, term) for past in hours
        )

    def _is_old(self, key: str, alert: Alert, now: float) -> bool:
        """Whether only its evidence is another, and has not been written for long."""
        at, evidence = self._told.get(key, (now, ""))
        return evidence != alert.evidence and now - at >= _REASON_EVERY_S

    def _is_news(self, subject: Subject, state: State, now: float) -> bool:
        known = self._states.get(subject)
        if known is None or known.health is not state.health:
            return True
        if [one.rule for one in known.reasons] != [one.rule for one in state.reasons]:
            return True
        said_at = self._said_at.get(subject, float("-inf"))
        return known != state and now - said_at >= _REASON_EVERY_S

    async def _write(self, messages: Iterable[Message]) -> bool:
        """Hand all over, then wait, though not for long; False if one was not written.

        What is not written within a few seconds is written anew at the next look: a
        watch that waits for Kafka could tell nobody that Kafka is away.
        """
        publish = self._desk.publisher.publish
        handed = [asyncio.ensure_future(_why(publish(m))) for m in messages]
        if not handed:
            return True
        timer = asyncio.ensure_future(_timer(self._desk.clock))
        waiting: set[asyncio.Future[str]] = set(handed)
        while waiting and not timer.done():
            done, _ = await asyncio.wait(
                [*waiting, timer], return_when=asyncio.FIRST_COMPLETED
            )
            waiting -= done
        timer.cancel()
        said = [one.result() for one in handed if one.done()]
        why = next(filter(None, said), _LATE if waiting else "")
        if why and not self._failing:
            self._desk.observer.note(names.UNWRITTEN, why=why)
        self._failing = bool(why)
        return not why


async def _timer(clock: Clock) -> str:
    await clock.sleep(WRITE_WITHIN_S)
    return _LATE


async def _why(written: Awaitable[Written]) -> str:
    """Why a record was not written; "" if it was."""
    try:
        await written
    except PublishError as error:
        return str(error)
    return ""


def _there(news: Mapping[Subject, State | None]) -> Iterator[tuple[Subject, State]]:
    for subject, state in news.items():
        if state is not None:
            yield subject, state
