"""What a record of a topic says to those who listen."""

import asyncio

from bus.errors import DecodeError, RegistryUnavailableError
from bus.log.rows import Place
from bus.ports import Clock
from bus.record import Record
from processors.delivery.decoding import Decoder
from processors.live.ring import Item, LiveRow
from processors.projector.rows import attempt_row, event_row

_PATIENCE_S = 5.0


class Reading:
    """Turns records into items.

    What nobody can decode says nothing here: it is in the quarantine.
    """

    def __init__(self, decoder: Decoder, clock: Clock, attempts: str) -> None:
        self._decoder = decoder
        self._clock = clock
        self._attempts = attempts

    async def item(self, record: Record) -> Item:
        """Return what a record says, once its schema is known.

        Raises:
            RegistryUnavailableError: it was not told in time.
        """
        if not self._decoder.ready(record):
            await self._fetch(record)
        at = Place(record.topic, record.partition, record.offset)
        try:
            return Item(at, self._row(record))
        except DecodeError:
            return Item(at, None)

    async def _fetch(self, record: Record) -> None:
        asking = asyncio.create_task(self._decoder.fetch(record))
        waiting = asyncio.create_task(self._clock.sleep(_PATIENCE_S))
        try:
            await asyncio.wait({asking, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise RegistryUnavailableError(self._decoder.said(record))
        finally:
            asking.cancel()
            waiting.cancel()

    def _row(self, record: Record) -> LiveRow:
        if record.topic == self._attempts:
            return attempt_row(record, self._decoder.fields(record))
        now_us = int(self._clock.now() * 1e6)
        return event_row(record, self._decoder.decode(record), now_us)
