"""What the log keeps for forecasts, in memory."""

from collections.abc import Collection, Sequence

from bus.log.lags import (
    FINE_DAYS,
    FORECAST_DAYS,
    SLOT_DAYS,
    ForecastRow,
    LagRow,
)
from bus.log.retention import day_of, too_old


class MemoryLags:
    """Lists that are looked through."""

    def __init__(self) -> None:
        self._lags: list[LagRow] = []
        self._forecasts: dict[tuple[str, int], ForecastRow] = {}

    async def note(self, rows: Sequence[LagRow]) -> None:
        """Add samples."""
        self._lags += rows

    async def lags(
        self,
        since_us: int,
        slots_since_us: int,
        queues: Collection[str] | None = None,
    ) -> Sequence[LagRow]:
        """Those of the time, oldest first."""
        return sorted(
            row
            for row in self._lags
            if queues is None or row.queue in queues
            if row.at_us >= since_us or (row.slot and row.at_us >= slots_since_us)
        )

    async def keep(self, rows: Sequence[ForecastRow]) -> None:
        """Add forecasts, or replace them."""
        for row in rows:
            self._forecasts[row.queue, row.made_us] = row

    def prune(self, now_us: int) -> None:
        """Forget what is too old."""

        def gone(at_us: int, days: int) -> bool:
            return too_old(day_of(at_us), days, now_us)

        self._lags = [
            row
            for row in self._lags
            if not gone(row.at_us, SLOT_DAYS if row.slot else FINE_DAYS)
        ]
        self._forecasts = {
            key: row
            for key, row in self._forecasts.items()
            if not gone(row.made_us, FORECAST_DAYS)
        }

    async def forecasts(self, since_us: int) -> Sequence[ForecastRow]:
        """Those of the time, newest first."""
        kept = [row for row in self._forecasts.values() if row.made_us >= since_us]
        return sorted(kept, reverse=True)
