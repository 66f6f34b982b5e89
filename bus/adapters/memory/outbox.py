"""An outbox in memory."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bus.errors import OutboxUnavailableError
from bus.outbox.rows import (
    Backlog,
    Entry,
    Fate,
    Outbox,
    OutboxRow,
    Published,
    RefusedRow,
)


@dataclass(slots=True)
class _Kept:
    row: OutboxRow
    done_at: datetime | None = None
    refused: str | None = None

    @property
    def pending(self) -> bool:
        return self.done_at is None and self.refused is None

    @property
    def in_the_way(self) -> bool:
        return self.done_at is None and self.refused is not None


class MemoryTable:
    """The rows that several relays share; `add` is a committed transaction."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._numbers = 0
        self.rows: list[_Kept] = []
        self.leader: object = None

    def number(self) -> int:
        """A number for a row that is committed later."""
        self._numbers += 1
        return self._numbers

    def add(self, entry: Entry, number: int | None = None) -> int:
        """Commit a row; return its number."""
        taken = self.number() if number is None else number
        self.rows.append(_Kept(OutboxRow(taken, entry, self._now())))
        self.rows.sort(key=lambda kept: kept.row.number)
        return taken


class MemoryOutbox:
    """Fulfils `OutboxStore` and `OutboxDesk` on a table; see there.

    While `away` says why, the database gives no answer.
    """

    def __init__(self, table: MemoryTable, *, waits: bool = True) -> None:
        self._table = table
        self._waits = waits
        self.away = ""

    async def lead(self) -> bool:
        """Whether this is the relay that publishes."""
        self._asked()
        if self._table.leader is None:
            self._table.leader = self
        return self._table.leader is self

    async def fetch(
        self, most: int, busy: Collection[str], held: Collection[str]
    ) -> Sequence[OutboxRow]:
        """The next rows to be published."""
        self._asked()
        found: list[OutboxRow] = []
        stopped = set(busy)
        for kept in self._table.rows:
            entry = kept.row.entry
            is_held = kept.pending and entry.event_type in held
            if is_held or (kept.in_the_way and self._waits):
                stopped.add(entry.order_id)
            elif kept.pending and entry.order_id not in stopped:
                found.append(kept.row)
        return found[:most]

    async def settle(self, fates: Sequence[Fate], now: datetime) -> None:
        """Write down what became of rows."""
        self._asked()
        by_number = {fate.number: fate for fate in fates}
        for kept in self._table.rows:
            fate = by_number.get(kept.row.number)
            if fate is None or kept.done_at is not None:
                continue
            if isinstance(fate, Published):
                kept.done_at, kept.refused = now, None
            else:
                kept.refused = fate.why

    async def prune(self, before: datetime) -> int:
        """Remove all that was done with before then."""
        self._asked()
        rows = self._table.rows
        left = [k for k in rows if k.done_at is None or k.done_at >= before]
        removed = len(rows) - len(left)
        rows[:] = left
        return removed

    async def backlog(self) -> Backlog:
        """How much waits."""
        self._asked()
        return self._backlog()

    async def look(self, most: int) -> Outbox:
        """How it is."""
        self._asked()
        return Outbox(
            backlog=self._backlog(),
            refused=list(self._refused())[:most],
            kept=sum(kept.done_at is not None for kept in self._table.rows),
            leader=self._table.leader is not None,
        )

    async def retry(self, numbers: Collection[int] | None) -> int:
        """Let refused rows be published after all."""
        self._asked()
        meant = self._meant(numbers)
        for kept in meant:
            kept.refused = None
        return len(meant)

    async def discard(self, numbers: Collection[int], now: datetime) -> int:
        """Give refused rows up."""
        self._asked()
        meant = self._meant(numbers)
        for kept in meant:
            kept.done_at = now
        return len(meant)

    async def close(self) -> None:
        """Let another one lead."""
        if self._table.leader is self:
            self._table.leader = None

    def _asked(self) -> None:
        if self.away:
            raise OutboxUnavailableError(self.away)

    def _meant(self, numbers: Collection[int] | None) -> Sequence[_Kept]:
        return [
            kept
            for kept in self._table.rows
            if kept.in_the_way and (numbers is None or kept.row.number in numbers)
        ]

    def _behind(self) -> Iterator[_Kept]:
        seen: set[str] = set()
        for kept in self._table.rows:
            order_id = kept.row.entry.order_id
            if kept.in_the_way:
                seen.add(order_id)
            elif kept.pending and order_id in seen:
                yield kept

    def _backlog(self) -> Backlog:
        refused = self._meant(None)
        pending = [kept for kept in self._table.rows if kept.pending]
        behind = list(self._behind())
        free = [kept.row.added_at for kept in pending if kept not in behind]
        return Backlog(len(pending), len(behind), len(refused), min(free, default=None))

    def _refused(self) -> Iterator[RefusedRow]:
        for kept in self._meant(None):
            row, entry = kept.row, kept.row.entry
            after = [
                k
                for k in self._table.rows
                if k.pending
                and k.row.entry.order_id == entry.order_id
                and k.row.number > row.number
            ]
            yield RefusedRow(
                number=row.number,
                event_id=entry.event_id,
                event_type=entry.event_type,
                order_id=entry.order_id,
                added_at=row.added_at,
                why=str(kept.refused),
                behind=len(after),
            )
