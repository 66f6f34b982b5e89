"""What is done with the log hourly: days that come, and what is old enough to go."""

from bus.errors import ConfigurationError, LogUnavailableError
from bus.log.retention import Retention
from bus.log.store import LogStore
from bus.ports import Clock, Observer
from processors.telemetry import log_names as names

FIRST_S = 60.0
EVERY_S = 3600.0


class Keeping:
    """Prepares and prunes, a while after the start and then hourly."""

    def __init__(
        self, store: LogStore, keep: Retention, clock: Clock, observer: Observer
    ) -> None:
        self._store = store
        self._keep = keep
        self._clock = clock
        self._observer = observer

    async def run(self) -> None:
        """Go on for ever."""
        await self._clock.sleep(FIRST_S)
        while True:
            await self.once()
            await self._clock.sleep(EVERY_S)

    async def once(self) -> None:
        """Do it now; what cannot be done is done next time."""
        now_us = round(self._clock.now() * 1e6)
        try:
            await self._store.prepare(now_us)
            pruned = await self._store.prune(self._keep, now_us)
        except (LogUnavailableError, ConfigurationError) as error:
            self._observer.note(names.PRUNE_FAILED, why=str(error))
            return
        except Exception as error:  # noqa: BLE001 - a bug; the log is written on
            self._observer.note(names.PRUNE_FAILED, why=repr(error), exc_info=error)
            return
        if pruned.days or pruned.rows:
            self._observer.note(names.PRUNED, days=list(pruned.days), rows=pruned.rows)
