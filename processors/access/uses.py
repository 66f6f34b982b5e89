"""The day on which each key was used last: at most one write a key and day."""

from datetime import UTC, datetime

from bus.access.digests import ServerKeys
from bus.errors import OrderbusError
from bus.ports import Clock
from processors.access.table import KeyTable
from processors.access.writer import KeyWriter

PAUSE_S = 10.0


class Uses:
    """Notes uses at no cost, and writes what is new about them in a task of its own."""

    def __init__(
        self,
        table: KeyTable,
        writer: KeyWriter,
        server_keys: ServerKeys,
        clock: Clock,
    ) -> None:
        self._table = table
        self._writer = writer
        self._server_keys = server_keys
        self._clock = clock
        self._new: dict[str, str] = {}

    def note(self, key_id: str, token: str) -> None:
        """Note that this token was let in just now."""
        key = self._table.get(key_id)
        if key is None:
            return
        today = datetime.fromtimestamp(self._clock.now(), UTC).date()
        known = key.last_used is not None and key.last_used >= today
        if not known or key.digest.server_key != self._server_keys.newest:
            self._new[key_id] = token

    async def run(self) -> None:
        """Write what was noted, until cancelled; what fails is tried again later."""
        while True:
            await self._clock.sleep(PAUSE_S)
            await self.write()

    async def write(self) -> None:
        """Write what was noted so far."""
        noted, self._new = self._new, {}
        for key_id, token in noted.items():
            try:
                await self._writer.used(key_id, token)
            except OrderbusError:
                # A day of use is not worth a request's failure; the next use of
                # that day asks for it again.
                continue
