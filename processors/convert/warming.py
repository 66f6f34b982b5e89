"""What came before this process was there, remembered for rules that ask for it.

Without it a restart would forget duplicates and how often somebody orders. The newest
hour is read first, and waited for a little; the rest follows beside the work.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bus.client.decoding import Events
from bus.errors import DecodeError, OrderbusError
from bus.event import Event
from bus.ports import Clock, LogReader, Schemas
from bus.record import Record
from bus.times import moment_of
from processors.convert.ruling import Ruling

TOPIC = "oms.intake"
_HOUR_MS = 3_600_000
_AT_ONCE = 50


class Warming:
    """Reads `oms.intake` backwards, an hour at a time, until memory is full.

    What cannot be read is left out: then a duplicate may pass, and nothing is held.
    """

    def __init__(
        self, reader: LogReader, schemas: Schemas, ruling: Ruling, clock: Clock
    ) -> None:
        self._reader = reader
        self._events = Events(schemas, ("intake.*",))
        self._ruling = ruling
        self._clock = clock
        self._newest = asyncio.Event()

    async def run(self) -> None:
        """Read all that is remembered; returns when it is done."""
        until_ms = int(self._clock.now() * 1000) + 1
        oldest_ms = max(0, until_ms - self._ruling.window_s * 1000)
        try:
            while until_ms > oldest_ms and not self._ruling.full:
                since_ms = max(oldest_ms, until_ms - _HOUR_MS)
                await self._slice(since_ms, until_ms)
                self._newest.set()
                until_ms = since_ms
        except OrderbusError:
            return  # Kafka or the registry is away: said elsewhere
        finally:
            self._newest.set()

    async def newest(self, most_s: float) -> None:
        """Return once the newest hour is known, or so much time is over."""
        try:
            async with asyncio.timeout(most_s):
                await self._newest.wait()
        except TimeoutError:
            return

    async def _slice(self, since_ms: int, until_ms: int) -> None:
        batches = self._reader.read(TOPIC, since_ms=since_ms, until_ms=until_ms)
        async for batch in batches:
            for first in range(0, len(batch), _AT_ONCE):
                await self._take(batch[first : first + _AT_ONCE])
                await asyncio.sleep(0)  # noqa: TID251 - no time passes; others have their turn

    async def _take(self, records: Sequence[Record]) -> None:
        for record in records:
            try:
                event = await self._events.decode(record)
            except DecodeError:
                continue
            if event is not None:
                self._ruling.remember(event, _came(event, record))


def _came(event: Event, record: Record) -> datetime:
    observed = event.data.get("observed_at")
    if isinstance(observed, datetime):
        return observed
    return moment_of(record.timestamp_ms)
