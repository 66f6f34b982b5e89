"""What the log keeps for forecasts, in SQL."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, select, tuple_

from bus.adapters.sql.database import Threads
from bus.adapters.sql.tables import FORECAST, LAG
from bus.log.lags import ForecastRow, LagRow

_AT_A_TIME = 500


class SqlLags:
    """Samples and forecasts; few rows, written one statement a call."""

    def __init__(self, writes: Threads, reads: Threads) -> None:
        self._writes = writes
        self._reads = reads

    async def note(self, rows: Sequence[LagRow]) -> None:
        """Add samples."""
        if not rows:
            return

        def work(connection: Connection) -> None:
            with connection.begin():
                connection.execute(LAG.insert(), [row._asdict() for row in rows])

        await self._writes.run(work)

    async def lags(
        self,
        since_us: int,
        slots_since_us: int,
        queues: Collection[str] | None = None,
    ) -> Sequence[LagRow]:
        """Those of the time, oldest first."""
        # Two halves, each a stretch of an index.
        fine = select(LAG).where(LAG.c.at_us >= since_us)
        slots = select(LAG).where(
            LAG.c.slot, LAG.c.at_us >= slots_since_us, LAG.c.at_us < since_us
        )
        if queues is not None:
            named = LAG.c.queue.in_(sorted(queues))
            fine, slots = fine.where(named), slots.where(named)

        def work(connection: Connection) -> Sequence[LagRow]:
            found = [*connection.execute(slots), *connection.execute(fine)]
            return sorted(
                LagRow(row.at_us, row.queue, row.came, row.went, row.slot)
                for row in found
            )

        return await self._reads.run(work)

    async def keep(self, rows: Sequence[ForecastRow]) -> None:
        """Add forecasts, or replace them."""

        def work(connection: Connection) -> None:
            key = tuple_(FORECAST.c.queue, FORECAST.c.made_us)
            with connection.begin():
                for at in range(0, len(rows), _AT_A_TIME):
                    some = rows[at : at + _AT_A_TIME]
                    keys = [(row.queue, row.made_us) for row in some]
                    connection.execute(delete(FORECAST).where(key.in_(keys)))
                    values = [row._asdict() for row in some]
                    connection.execute(FORECAST.insert(), values)

        await self._writes.run(work)

    async def forecasts(self, since_us: int) -> Sequence[ForecastRow]:
        """Those of the time, newest first."""
        query = select(FORECAST).where(FORECAST.c.made_us >= since_us)

        def work(connection: Connection) -> Sequence[ForecastRow]:
            found = [
                ForecastRow(
                    row.made_us,
                    row.queue,
                    row.low_us,
                    row.mid_us,
                    row.high_us,
                    row.width,
                    row.took_us,
                )
                for row in connection.execute(query)
            ]
            return sorted(found, reverse=True)

        return await self._reads.run(work)
