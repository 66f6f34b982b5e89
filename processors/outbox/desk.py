"""What those who look after an outbox ask of it and do with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bus.outbox.rows import Outbox, RefusedRow
from bus.outbox.store import OutboxDesk
from bus.ports import Clock
from bus.times import rfc3339

MOST = 1_000
"""How many refused rows are shown at most; the counts count all."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An outbox, seen by people. All of it raises `OutboxUnavailableError`."""

    store: OutboxDesk
    clock: Clock

    async def look(self) -> Outbox:
        """How it is."""
        return await self.store.look(MOST)

    async def retry(self, numbers: Collection[int] | None) -> int:
        """Let refused rows be published after all; None: all of them."""
        return await self.store.retry(numbers)

    async def discard(self, numbers: Collection[int]) -> int:
        """Give refused rows up for good, so that their orders go on."""
        return await self.store.discard(numbers, self.now())

    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self.clock.now(), UTC)


def plain_outbox(outbox: Outbox, now: datetime) -> Mapping[str, object]:
    """An outbox as values that JSON has."""
    backlog = outbox.backlog
    return {
        "relay": outbox.leader,
        "pending": backlog.pending - backlog.behind,
        "oldest_s": age_s(outbox, now),
        "behind": backlog.behind,
        "refused": backlog.refused,
        "kept": outbox.kept,
        "rows": [plain_row(row) for row in outbox.refused],
    }


def plain_row(row: RefusedRow) -> Mapping[str, object]:
    """A refused row likewise."""
    return {
        "number": row.number,
        "id": row.event_id,
        "type": row.event_type,
        "order": row.order_id,
        "added_at": rfc3339(row.added_at),
        "behind": row.behind,
        "why": row.why,
    }


def age_s(outbox: Outbox, now: datetime) -> float | None:
    """How old the oldest row is that is to be published and waits for nobody."""
    oldest = outbox.backlog.oldest
    return None if oldest is None else round((now - oldest).total_seconds(), 3)
