"""The projector: one session after another, and what is done hourly beside them."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bus.errors import ConfigurationError, LogUnavailableError
from bus.log.retention import Retention
from bus.log.store import Log, LogStore
from bus.ports import Clock, Lag, LogReader, Observer, Source, Stands, Topics
from bus.record import TopicPartition
from processors.projector.away import Away
from processors.projector.conversion import Conversion
from processors.projector.gaps import Gaps
from processors.projector.intake import Intake, IntakeLimits
from processors.projector.keeping import Keeping
from processors.projector.reading import Reading
from processors.projector.session import Session, SessionParts
from processors.projector.topics import read_topics
from processors.telemetry import log_names as names
from processors.telemetry import names as common

BEHIND_S = 15.0
"""From which lag on `/readyz` has a notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectorParts:
    """What the projector uses. `source` makes a member of its group.

    `log` is the asking side of `store`.
    """

    source: Callable[[Stands], Source]
    store: LogStore
    log: Log
    reader: LogReader
    topics: Topics
    conversion: Conversion
    clock: Clock
    observer: Observer
    group: str = "bus.projector"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectorPolicy:
    """How much is held, how long things are kept and waited for.

    A `patient` one waits for a database that somebody has to mend first, too.
    """

    limits: IntakeLimits = field(default_factory=IntakeLimits)
    keep: Retention = field(default_factory=Retention)
    patient: bool = False
    drain_s: float = 5.0


class Projector:
    """Reads the declared topics, and those the log once read, into the log."""

    def __init__(
        self,
        parts: ProjectorParts,
        declared: Collection[str],
        policy: ProjectorPolicy | None = None,
    ) -> None:
        self._parts = parts
        self._policy = policy or ProjectorPolicy()
        self._declared = set(declared)
        self._more: set[str] = set()
        self.away = Away(parts.clock, parts.observer)
        self._gaps = Gaps(parts.reader, parts.clock)
        self.session: Session | None = None
        self.assigned_once = False
        parts.observer.gauge(names.LAG, self._lags)
        parts.observer.gauge(names.IN_FLIGHT, self._in_flight)
        parts.observer.gauge(names.REACHABLE, lambda: {"": self.away.reachable()})
        parts.observer.gauge(common.ASSIGNED, lambda: {parts.group: len(self.readings)})
        parts.observer.gauge(common.WAITING, lambda: {parts.group: len(self.waiting())})

    # ------------------------------------------------ life

    async def run(self) -> None:
        """Go on until cancelled.

        Raises:
            ConfigurationError: The database cannot be used as it is set up.
            Exception: A bug ended a task.
        """
        parts = self._parts
        await self._prepare()
        keeping = Keeping(parts.store, self._policy.keep, parts.clock, parts.observer)
        hourly = asyncio.create_task(keeping.run(), name="keep-log")
        try:
            while True:
                await self._sit()
        finally:
            hourly.cancel()
            await asyncio.gather(hourly, return_exceptions=True)

    async def _prepare(self) -> None:
        """Have the tables, whenever that may be, and choose the topics to read."""
        while True:
            try:
                await self._parts.store.prepare(round(self._parts.clock.now() * 1e6))
                await self._choose()
            except LogUnavailableError as error:
                await self.away.wait(str(error))
            except ConfigurationError as error:
                if not self._policy.patient:
                    raise
                await self.away.wait(str(error))
            else:
                break
        self.away.back()

    async def _choose(self) -> None:
        parts = self._parts
        described = await parts.log.describe()
        positions = described.positions
        old = {tp.topic for tp in positions} - self._declared
        there = await parts.topics.names() if old else frozenset()
        read = read_topics(self._declared, positions, there)
        self._more = set(read.more)
        if read.gone:
            await parts.store.forget(read.gone)
        parts.observer.note(
            names.OPENED, place=described.place, partitions=len(positions)
        )

    async def _sit(self) -> None:
        """One session, from joining to leaving."""
        parts, policy = self._parts, self._policy
        intake = Intake(parts.conversion, parts.clock, policy.limits)
        self.session = Session(
            SessionParts(
                source=parts.source,
                store=parts.store,
                gaps=self._gaps,
                away=self.away,
                clock=parts.clock,
                observer=parts.observer,
                group=parts.group,
                drain_s=policy.drain_s,
            ),
            intake,
        )
        try:
            await self.session.start(self.topics())
            await self.session.ended()
        finally:
            await asyncio.shield(self.session.stop())

    def add_sources(self, topics: Sequence[str]) -> None:
        """Read these topics as well from now on."""
        self._declared.update(topics)
        if self.session is not None:
            self.session.subscribe(self.topics())

    # ------------------------------------------------ how it is

    @property
    def readings(self) -> Mapping[TopicPartition, Reading]:
        """The partitions held now."""
        return self.session.readings if self.session is not None else {}

    def topics(self) -> Collection[str]:
        """What is read, by whoever holds it."""
        return self._declared | self._more

    def readings_held(self) -> Collection[TopicPartition]:
        """Which partitions are held now."""
        return self.readings.keys()

    def look(self, lags: Mapping[TopicPartition, Lag], at: float) -> None:
        """Hear where Kafka's logs ended, see `LagWatch`."""
        if self.session is not None:
            self.session.look(lags, at)

    def lag_s(self) -> float | None:
        """How far the log is behind in these partitions; None without any."""
        moments = [reading.stored_to_us for reading in self.readings.values()]
        if not moments:
            return None
        return max(0.0, self._parts.clock.now() - min(moments) / 1e6)

    def waiting(self) -> Sequence[Reading]:
        """The partitions whose next record waits for a schema."""
        return [r for r in self.readings.values() if r.waits is not None]

    def behind(self) -> str | None:
        """A notice: how far the log is behind, and what for, as far as is known."""
        lag_s = self.lag_s()
        if lag_s is None or lag_s < BEHIND_S:
            return None
        return f"{lag_s:.0f} s behind{self._for_what()}"

    def unassigned(self) -> str | None:
        """A readiness check: None, or that no partition has come yet."""
        session = self.session
        if session is None:
            return "the log's database has not answered yet"
        return None if session.assigned_once else "no assignment yet"

    def _for_what(self) -> str:
        waits = [
            f"{r.tp.topic}/{r.tp.partition} waits for "
            f"{self._parts.conversion.said(r.waits)}"
            for r in self.waiting()
            if r.waits is not None
        ]
        return f": {'; '.join(waits[:3])}" if waits else ""

    def _in_flight(self) -> Mapping[str, float]:
        return {"": float(self.session.in_flight if self.session is not None else 0)}

    def _lags(self) -> Mapping[str, float]:
        lag_s = self.lag_s()
        return {} if lag_s is None else {"": lag_s}
