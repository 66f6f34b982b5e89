"""The program: look, judge, write down, tell; as long as it leads."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bus.errors import BrokerUnavailableError, PublishError
from bus.ports import Clock, Observer, Source
from bus.watch.alerts import Alert, Phase, advance
from bus.watch.facts import Facts
from bus.watch.limits import Limits
from bus.watch.muting import Muting
from bus.watch.rules import judged
from bus.watch.sinks import Told
from bus.watch.states import BUS, NEEDED, states
from processors.telemetry import watch_names as names
from processors.watch.board import Board
from processors.watch.gathering import Gathering
from processors.watch.leading import Leading
from processors.watch.records import Look, PastHour, look_message
from processors.watch.sinks import Listener, Moment
from processors.watch.sourced import figures_row
from processors.watch.telling import Telling
from processors.watch.writing import Desk, Writing

_STANDBY_S = 1.0
_HOUR_S = 3_600


async def _nothing(_facts: Facts) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """How often it looks, and from where on it tells."""

    every_s: float = 5.0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchParts:
    """What the watch works with; `name` is what it is called among others.

    `after` is done at the end of each round, as long as it leads.
    """

    name: str
    gathering: Gathering
    board: Board
    source: Source
    desk: Desk
    sinks: Mapping[str, Listener]
    clock: Clock
    observer: Observer
    policy: WatchPolicy = field(default_factory=WatchPolicy)
    after: Callable[[Facts], Awaitable[None]] = _nothing


class Watch:
    """One of several leads; whoever takes over knows what the one before knew.

    An alert is written down before it is told, and that it was told afterwards: a crash
    in between repeats that notice, with the same id, and loses none.
    """

    def __init__(self, parts: WatchParts) -> None:
        self._parts = parts
        self._leading = Leading()
        self._alerts: dict[str, Alert] = {}
        self._writing: Writing | None = None
        self._telling = self._told_by({})
        self._hour = 0
        observer = parts.observer
        observer.gauge(names.LEADING, lambda: {"": float(self._writing is not None)})
        observer.gauge(names.UNTOLD_NOTICES, self._waiting)
        observer.gauge(names.ALERTS, self._firing)

    # ------------------------------------------------ life

    async def run(self) -> None:
        """Go on for ever.

        Raises:
            Exception: a bug; only a new process helps.
        """
        await self._parts.board.ready()
        await self._parts.source.start([self._parts.desk.topic], self._leading)
        while True:
            if not self._leading.leads:
                await self._stand_by()
            elif self._writing is None:
                await self._take_over()
            else:
                await self.round(self._writing)
                await self._parts.clock.sleep(self._parts.policy.every_s)

    async def stop(self) -> None:
        """Leave the group, so that another one leads at once."""
        self._telling.close()
        self._parts.gathering.close()
        await self._parts.source.stop()

    def stands_by(self) -> str | None:
        """A notice: another one leads."""
        return None if self._writing else "another watch leads; this one stands by"

    def deaf(self) -> str | None:
        """A notice: which sinks take nothing."""
        states = self._telling.states().values()
        return ", ".join(sorted(one.name for one in states if one.why)) or None

    async def _stand_by(self) -> None:
        if self._writing is not None:
            self._writing = None
            self._telling.close()
            self._telling = self._told_by({})
            self._parts.observer.note(names.STANDS_BY)
        await self._parts.clock.sleep(_STANDBY_S)

    async def _take_over(self) -> None:
        """Say that it leads, and begin with all that was written before that."""
        parts = self._parts
        look = Look(leader=parts.name, at=parts.clock.now())
        try:
            written = await parts.desk.publisher.publish(
                look_message(parts.desk.topic, look, None)
            )
            await parts.board.applied(written)
        except (PublishError, BrokerUnavailableError):
            await parts.clock.sleep(_STANDBY_S)
            return
        self._alerts = dict(parts.board.alerts)
        self._writing = Writing(parts.desk, parts.name, written.offset, parts.board)
        self._telling = self._told_by(parts.board.sinks)
        self._hour = int(parts.clock.now()) // _HOUR_S
        parts.observer.note(names.LEADS)

    # ------------------------------------------------ a round

    async def round(self, writing: Writing) -> None:
        """Look once."""
        parts, began = self._parts, self._parts.clock.monotonic()
        facts = await parts.gathering.facts()
        if not self._leading.leads:
            return
        found = judged(facts, parts.policy.limits)
        self._alerts = dict(advance(self._alerts, found, facts.at))
        overwritten = frozenset(parts.board.overwritten)
        await writing.alerts(self._alerts, overwritten)
        health = states(facts, found)
        sees = writing.writes and facts.unknown.keys().isdisjoint(NEEDED)
        moment = Moment(at=facts.at, sees=sees, health=health[BUS].health)
        muting = Muting(tuple(parts.board.silences.values()))
        self._telling.try_out(parts.board.trials)
        self._alerts = dict(await self._telling.tell(self._alerts, muting, moment))
        await writing.alerts(self._alerts)
        await writing.sinks(self._telling.states())
        await writing.states(health, overwritten)
        await writing.figures({one.id: figures_row(one) for one in facts.intakes})
        await writing.look(facts.at, {p.value: w for p, w in facts.unknown.items()})
        await self._keep_hours(facts, writing)
        await parts.after(facts)
        parts.observer.measure(names.SECONDS, parts.clock.monotonic() - began)

    async def _keep_hours(self, facts: Facts, writing: Writing) -> None:
        """Once an hour: write down what came in the one that is over."""
        hour = int(facts.at) // _HOUR_S
        if hour == self._hour:
            return
        self._hour = hour
        gone: list[PastHour] = []
        for topic, arriving in self._parts.gathering.arrivals().items():
            past = arriving.hour(hour - 1, self._parts.board.past(topic, hour - 1))
            if past is not None:
                gone.append(past)
        await writing.hours(gone)

    def _told_by(self, before: Mapping[str, Told]) -> Telling:
        parts = self._parts
        return Telling(parts.sinks, before, parts.clock, parts.observer)

    def _waiting(self) -> Mapping[str, float]:
        if self._writing is None:
            return {}
        states = self._telling.states().values()
        return {one.name: float(one.waiting) for one in states if one.waiting}

    def _firing(self) -> Mapping[str, float]:
        if self._writing is None:
            return {}
        return Counter(
            alert.rule for alert in self._alerts.values() if alert.phase is Phase.FIRING
        )
