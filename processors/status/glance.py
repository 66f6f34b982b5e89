"""What pages show of everybody at once: asked while somebody looks, kept a moment.

However many look, Kafka and the log are asked once in a while, the seldomer the longer
it takes; a page waits for them only where nothing is known yet, and says how old is
what it shows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from bus.errors import OrderbusError
from bus.log.health import Health
from bus.log.lags import ForecastRow
from bus.log.rollup import Minute
from bus.log.store import Log
from processors.redrive.portfolio import Cause, Portfolio
from processors.status.desk import Desk
from processors.status.inflow import Inflow, SourceNow
from processors.status.question import Question, Unknown
from processors.status.report import Report, Subscriber
from processors.subscriptions.world import World

AskLog = Callable[[], Awaitable[Log | None]]
FRESH_S = 4.0
OLD_S = 30.0
FIRST_S = 1.0
"""How long a page waits where nothing is known, or what is known is older than that."""
FIRST_EVER_S = 6.0
"""How long it waits where nothing was ever answered: clients still connect then."""
_SHARE = 20
"""What took a second is asked again after twenty: so asking takes a twentieth."""
_FORECAST_US = 600_000_000
_MINUTES_US = 300_000_000
_PAST_US = 90_000_000
T = TypeVar("T")


class Known(NamedTuple, Generic[T]):
    """What was answered last, and how long ago; `why` nothing is known."""

    value: T | None
    age_s: float = 0.0
    why: str = ""


class Kept(Generic[T]):
    """An answer that is kept for a moment; `changes` counts those that were new."""

    def __init__(
        self,
        ask: Callable[[], Coroutine[object, object, T | Unknown]],
        monotonic: Callable[[], float],
    ) -> None:
        self.changes = 0
        self._question = Question(ask)
        self._monotonic = monotonic
        self._value: T | None = None
        self._at = 0.0
        self._fresh_s = FRESH_S
        self._why = "still being asked, look again in a moment"
        self._patience_s = FIRST_EVER_S
        self._began = 0.0
        self._renewal: asyncio.Task[None] | None = None

    async def known(self) -> Known[T]:
        """What is known; asked anew where it is not fresh."""
        age = self._monotonic() - self._at
        if self._value is None or age > self._fresh_s:
            if self._renewal is None or self._renewal.done():
                self._began = self._monotonic()
                self._renewal = asyncio.create_task(self._renew())
            if self._value is None or age > max(OLD_S, 2 * self._fresh_s):
                await self._wait(self._renewal)
        if self._value is None:
            return Known(None, why=self._why)
        return Known(self._value, self._monotonic() - self._at)

    async def _wait(self, renewal: asyncio.Task[None]) -> None:
        """Give it the time that a page has, counted from when it was asked."""
        gone_s = self._monotonic() - self._began
        if gone_s < self._patience_s:
            await asyncio.wait({renewal}, timeout=self._patience_s - gone_s)

    def close(self) -> None:
        """Wait for nothing any more."""
        self._question.close()
        if self._renewal is not None:
            self._renewal.cancel()

    async def _renew(self) -> None:
        began = self._monotonic()
        found = await self._question.answer(within_s=OLD_S)
        now = self._monotonic()
        self._patience_s = FIRST_S
        self._fresh_s = max(FRESH_S, _SHARE * (now - began))
        if isinstance(found, Unknown):
            self._why = found.why
            if now - self._at > OLD_S:
                self.changes += self._value is not None
                self._value = None
            return
        self.changes += found != self._value
        self._value, self._at = found, now


class Glance:
    """The bus: what waits and is dead, breakers, rates, how everybody fares."""

    def __init__(self, world: World, ask_log: AskLog) -> None:
        self._world = world
        self._ask_log = ask_log
        self._desk = Desk(world)
        self._inflow = Inflow(world)
        clock = world.clock.monotonic
        self._report = Kept(self._desk.report, clock)
        self._health = Kept(self._ask_health, clock)
        self._minutes = Kept(self._ask_minutes, clock)
        self._sources = Kept(self._ask_sources, clock)
        self._forecasts = Kept(self._ask_forecasts, clock)
        portfolio = Portfolio(world)
        self._letters = Kept(portfolio.letters, clock)
        self._quarantined = Kept(portfolio.quarantined, clock)

    @property
    def changes(self) -> int:
        """How often anything that is known was another one than before."""
        of_kafka = self._report.changes + self._sources.changes
        given_up = self._letters.changes + self._quarantined.changes
        of_log = self._health.changes + self._minutes.changes + self._forecasts.changes
        return of_kafka + given_up + of_log

    async def report(self) -> Known[Report]:
        """What Kafka says of everybody."""
        return await self._report.known()

    async def standing(self) -> Known[Mapping[str, Subscriber]]:
        """What waits for each subscription, what is dead, its breaker."""
        known = await self._report.known()
        found = known.value.subscriptions if known.value else None
        if found is None or isinstance(found, Unknown):
            return Known(None, known.age_s, found.why if found else known.why)
        return Known({one.id: one for one in found}, known.age_s)

    async def health(self) -> Known[Mapping[str, Health]]:
        """How each fares, as the log says; one without attempts may be left out."""
        return await self._health.known()

    async def minutes(self) -> Known[Sequence[Minute]]:
        """The roll-ups of the last five minutes."""
        return await self._minutes.known()

    async def sources(self) -> Known[Mapping[str, SourceNow]]:
        """What comes into each source topic."""
        return await self._sources.known()

    async def forecasts(self) -> Known[Sequence[ForecastRow]]:
        """The newest forecast of each queue that waits, what takes longest first."""
        return await self._forecasts.known()

    async def letters(self) -> Known[Sequence[Cause]]:
        """Pending dead letters by cause."""
        return await self._letters.known()

    async def quarantined(self) -> Known[Sequence[Cause]]:
        """Pending records in quarantine by cause."""
        return await self._quarantined.known()

    def close(self) -> None:
        """Ask no more."""
        for kept in (self._report, self._health, self._minutes, self._sources):
            kept.close()
        for found in (self._forecasts, self._letters, self._quarantined):
            found.close()
        self._desk.close()

    # --- the questions

    async def _ask_health(self) -> Mapping[str, Health] | Unknown:
        return await self._asked(lambda log, now: log.health(None, now))

    async def _ask_minutes(self) -> Sequence[Minute] | Unknown:
        return await self._asked(
            lambda log, now: log.minutes(None, now - _MINUTES_US, now)
        )

    async def _ask_forecasts(self) -> Sequence[ForecastRow] | Unknown:
        rows = await self._asked(
            lambda log, now: log.kept.forecasts(now - _FORECAST_US)
        )
        if isinstance(rows, Unknown):
            return rows
        newest = {row.queue: row for row in reversed(rows)}
        open_ = [row for row in newest.values() if not row.took_us]
        return sorted(open_, key=lambda row: -row.mid_us)

    async def _ask_sources(self) -> Mapping[str, SourceNow] | Unknown:
        if not self._inflow.is_new:
            return await self._inflow.now()
        past = await self._asked(lambda log, now: log.kept.lags(now - _PAST_US, now))
        return await self._inflow.now(() if isinstance(past, Unknown) else past)

    async def _asked(self, ask: Callable[[Log, int], Awaitable[T]]) -> T | Unknown:
        try:
            log = await self._ask_log()
            if log is None:
                return Unknown("there is no log to ask")
            return await ask(log, int(self._world.clock.now() * 1e6))
        except OrderbusError as error:
            return Unknown(str(error))
