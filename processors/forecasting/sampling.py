"""Keeping what was counted, and what was foreseen, for as long as there is a log."""

from dataclasses import dataclass

from bus.errors import OrderbusError
from bus.log.lags import FORECAST_DAYS, SAMPLE_S, ForecastRow, LagStore
from bus.ports import Clock, Observer
from processors.forecasting.changes import Changes
from processors.forecasting.foreseeing import ForesightParts, foresee
from processors.forecasting.outcomes import next_rows, unseen
from processors.telemetry import log_names as names

_FIRST_S = 5.0
"""Until the log has its tables."""
_JUST_NOW_US = SAMPLE_S * 500_000
_FORECASTS_US = FORECAST_DAYS * 86_400_000_000


@dataclass(slots=True)
class _Seen:
    """When it last looked, and what it said of what went wrong."""

    at_us: int | None = None
    trouble: str = ""


class Sampling:
    """Counts every half minute; of several that write one log one does at a time."""

    def __init__(self, parts: ForesightParts, observer: Observer) -> None:
        self._parts = parts
        self._observer = observer
        self._changes = Changes(frozenset(parts.topology.sources))
        self._seen = _Seen()

    async def run(self) -> None:
        """Go on for ever; what cannot be done is done next time."""
        await self._clock.sleep(_FIRST_S)
        while True:
            try:
                await self.once()
            except OrderbusError as error:
                self._complain(str(error))
            except Exception as error:  # noqa: BLE001 - a bug; the log is written on
                self._complain(repr(error))
            else:
                self._seen.trouble = ""
            await self._clock.sleep(SAMPLE_S)

    async def once(self) -> None:
        """Count, foresee, and keep both.

        Raises:
            OrderbusError: somebody gave no answer.
        """
        now_us = round(self._clock.now() * 1e6)
        if await self._store.lags(now_us - _JUST_NOW_US, now_us):
            return
        counts = await self._parts.counting.counts()
        await self._store.note(self._changes.rows(now_us, counts))
        await self._keep(now_us)

    async def _keep(self, now_us: int) -> None:
        rows = await self._store.forecasts(now_us - _FORECASTS_US)
        lost = unseen(rows, self._seen.at_us, now_us)
        self._seen.at_us = now_us
        gone = {(row.queue, row.made_us) for row in lost}
        kept: dict[str, list[ForecastRow]] = {}
        for row in rows:
            if (row.queue, row.made_us) not in gone:
                kept.setdefault(row.queue, []).append(row)
        found = await foresee(self._parts)
        more = [
            row
            for one in found
            for row in next_rows(one.queue.name, one.verdict, one.width, kept, now_us)
        ]
        if lost or more:
            await self._store.keep([*lost, *more])

    def _complain(self, why: str) -> None:
        if why != self._seen.trouble:
            self._observer.note(names.UNSAMPLED, why=why)
        self._seen.trouble = why

    @property
    def _clock(self) -> Clock:
        return self._parts.clock

    @property
    def _store(self) -> LagStore:
        return self._parts.store
