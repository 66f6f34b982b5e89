"""What the relay does with the outbox now and then: counting, and cleaning up."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bus.outbox.rows import Backlog
from bus.outbox.store import OutboxStore
from bus.ports import Clock, Observer
from processors.telemetry import outbox_names as names

COUNT_EVERY_S = 5.0
PRUNE_EVERY_S = 60.0
_NEVER = float("-inf")


class Keeping:
    """Counts every few seconds; removes what was done `keep_s` ago every minute.

    Between two rounds of the relay, and only a slice at once: nothing waits for it.
    """

    def __init__(
        self, store: OutboxStore, clock: Clock, observer: Observer, keep_s: float
    ) -> None:
        self._store = store
        self._clock = clock
        self._keep_s = keep_s
        self._counted_at = _NEVER
        self._pruned_at = _NEVER
        self.backlog = Backlog(pending=0, behind=0, refused=0, oldest=None)
        observer.gauge(names.ROWS, self._rows)
        observer.gauge(names.OLDEST, self._oldest)

    async def look(self) -> None:
        """Do what is due.

        Raises:
            OutboxUnavailableError: it is due again at the next look.
        """
        now = self._clock.monotonic()
        if now - self._counted_at >= COUNT_EVERY_S:
            self.backlog = await self._store.backlog()
            self._counted_at = now
        if now - self._pruned_at >= PRUNE_EVERY_S:
            before = datetime.fromtimestamp(self._clock.now() - self._keep_s, UTC)
            if not await self._store.prune(before):
                self._pruned_at = now

    def _rows(self) -> Mapping[str, float]:
        waiting = self.backlog.pending - self.backlog.behind
        return {
            "pending": waiting,
            "behind": self.backlog.behind,
            "refused": self.backlog.refused,
        }

    def _oldest(self) -> Mapping[str, float]:
        oldest = self.backlog.oldest
        age_s = 0.0 if oldest is None else self._clock.now() - oldest.timestamp()
        return {"": max(0.0, age_s)}
