"""How old what a process knows of migrations is.

Whoever leaves an event to the other side has to know that no step has given it the
event meanwhile. A process that was paused, or whose Kafka is away, does not: it waits.
"""

import asyncio
from typing import NamedTuple

from bus.errors import OrderbusError
from bus.migration.owners import young_s
from bus.ports import Clock, LogReader
from bus.record import Written
from processors.following import PAUSE_S
from processors.migrations.table import MigrationTable

_LOOKS = 3
"""How often the end is looked at in the time in which a view is young."""
_PATIENCE_S = 10.0


class _Moment(NamedTuple):
    """By both clocks: one stands still while a machine sleeps, one can be set back."""

    monotonic: float
    wall: float


class LedgerView:
    """Reads the topic to its end again and again, while there are migrations.

    Run `run()` beside the table's; it ends with its task only.
    """

    def __init__(self, table: MigrationTable, reader: LogReader, clock: Clock) -> None:
        self.table = table
        self._reader = reader
        self._clock = clock
        self._complete: _Moment | None = None
        self._failed = ""
        self._looked = asyncio.Event()

    def young(self) -> bool:
        """Whether every step older than `young_s` is known; none: no order moves."""
        limit_s = self._limit_s()
        return limit_s is None or self._age_s() <= limit_s

    async def until_young(self) -> None:
        """Return once it is, however long that takes."""
        while not self.young():
            await self._looked.wait()

    def trouble(self) -> str | None:
        """Why steps may be missed at the moment; None if all is well."""
        if (trouble := self.table.trouble()) is not None:
            return trouble
        if self.young():
            return None
        why = f": {self._failed}" if self._failed else ""
        return f"{self.table.topic} was not read to its end in time{why}"

    async def confirm(self) -> None:
        """Know all that was written when this was called.

        Raises:
            OrderbusError: It cannot be read; it is as old as it was.
        """
        began = self._now()
        last: dict[int, int] = {}
        start = {number: at + 1 for number, at in self.table.positions().items()}
        async for batch in self._reader.read(self.table.topic, start=start):
            last |= {record.partition: record.offset for record in batch}
        for number, offset in last.items():
            await self.table.applied(Written(self.table.topic, number, offset))
        self._complete = began

    async def run(self) -> None:
        """Look at the end in time, for ever."""
        while True:
            limit_s = self._limit_s()
            if limit_s is None:
                await self._clock.sleep(PAUSE_S)
                continue
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await self.confirm()
                self._failed = ""
            except (OrderbusError, TimeoutError) as error:
                self._failed = str(error) or f"no answer for {_PATIENCE_S:.0f} s"
            self._wake()
            pause_s = PAUSE_S if self._failed else limit_s / _LOOKS
            await self._clock.sleep(pause_s)

    def _limit_s(self) -> float | None:
        return min((young_s(one) for one in self.table.all()), default=None)

    def _age_s(self) -> float:
        if self._complete is None:
            return float("inf")
        now = self._now()
        return max(a - b for a, b in zip(now, self._complete, strict=True))

    def _now(self) -> _Moment:
        return _Moment(self._clock.monotonic(), self._clock.now())

    def _wake(self) -> None:
        self._looked.set()
        self._looked = asyncio.Event()
