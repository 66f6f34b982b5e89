"""The log in memory: both of its ports, in lists that are looked through."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from bus.adapters.memory.history_questions import (
    Order,
    among,
    as_kept,
    asks_attempt,
    asks_audit,
    asks_delivery,
    asks_event,
    asks_quarantine,
    faring,
    in_fives,
    page,
    whole_fives,
)
from bus.adapters.memory.lags import MemoryLags
from bus.adapters.memory.ledger import MemoryLedger
from bus.adapters.memory.lives import life_in, newest_first
from bus.log.cleaning import cleaned, storable, storable_id, time_of
from bus.log.course import Counted
from bus.log.deliveries import DeliveryKey, changes, followed
from bus.log.health import Figures, Health, figures_of, start_of, starts
from bus.log.lags import LagStore
from bus.log.ledger import LedgerLog
from bus.log.lives import Life, LifeQuestion
from bus.log.positions import admit
from bus.log.questions import (
    MOST,
    AttemptQuestion,
    AuditQuestion,
    DeliveryQuestion,
    EventQuestion,
    OpenDelivery,
    Page,
    Paging,
    QuarantineQuestion,
    Scope,
)
from bus.log.retention import Described, Pruned, Retention, TableSize, day_of, too_old
from bus.log.retention import storable as storable_time
from bus.log.rollup import Key, Minute, added, minute_of, tallied
from bus.log.rows import (
    AckRow,
    Advance,
    AttemptRow,
    AuditRow,
    EventRow,
    Place,
    Position,
    QuarantineRow,
    Row,
)
from bus.record import TopicPartition

RowT = TypeVar("RowT", bound=Row)
TimedT = TypeVar("TimedT", EventRow, AttemptRow, QuarantineRow, AuditRow)


class MemoryLog:
    """A log that is gone with its process. Never unavailable, never refuses."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._strays: list[Row] = []
        self._open: dict[DeliveryKey, OpenDelivery] = {}
        self._tallies: dict[Key, Sequence[int]] = {}
        self._positions: dict[TopicPartition, Position] = {}
        self._lags = MemoryLags()
        self._ledger = MemoryLedger(self._open)

    @property
    def kept(self) -> LagStore:
        """What is kept for forecasts."""
        return self._lags

    @property
    def ledger(self) -> LedgerLog:
        """What became of deliveries."""
        return self._ledger

    async def prepare(self, now_us: int) -> None:
        """Nothing has to be made."""

    async def positions(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Position]:
        """Where the log stands in these."""
        return {tp: self._positions[tp] for tp in partitions if tp in self._positions}

    async def write(
        self, rows: Sequence[Row], advances: Sequence[Advance], now_us: int
    ) -> None:
        """Write what was not written before."""
        admitted = admit(rows, advances, self._positions)
        kept = [cleaned(row) for row in admitted.rows]
        self._strays += [r for r in kept if not storable_time(time_of(r), now_us)]
        kept = [row for row in kept if storable_time(time_of(row), now_us)]
        self._rows += map(as_kept, kept)
        self._count([row for row in kept if isinstance(row, AttemptRow)])
        for advance in admitted.advances:
            self._positions[advance.partition] = Position(*advance[2:])

    def _count(self, attempts: Sequence[AttemptRow]) -> None:
        changed = changes(attempts, self._ledger.take(attempts))
        for done in changed.done:
            self._open.pop(done, None)
        for key, after in changed.open.items():
            self._open[key] = followed(self._open.get(key), after)
        for minute, tally in tallied(attempts).items():
            before = self._tallies.get(minute)
            self._tallies[minute] = added([before, tally] if before else [tally])

    async def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Drop positions."""
        for partition in partitions:
            self._positions.pop(partition, None)

    async def prune(self, keep: Retention, now_us: int) -> Pruned:
        """Remove what is too old; here nothing is ever too much."""

        def gone(time_us: int, days: int) -> bool:
            return too_old(day_of(time_us), days, now_us)

        before = len(self._rows)
        self._rows = [
            row for row in self._rows if not gone(time_of(row), _days(row, keep))
        ]
        for key, one in list(self._open.items()):
            if gone(one.changed_us, keep.days):
                del self._open[key]
        self._tallies = {
            key: tally
            for key, tally in self._tallies.items()
            if not gone(key[0] * 60_000_000, keep.minute_days)
        }
        self._lags.prune(now_us)
        return Pruned(rows=before - len(self._rows))

    async def clear(self) -> None:
        """Empty it."""
        lags = self._lags
        self.__init__()  # type: ignore[misc]
        self._lags = lags

    async def close(self) -> None:
        """Nothing is held."""

    async def read_to_us(self) -> int | None:
        """The time that the slowest partition was read to."""
        return min((at.read_to_us for at in self._positions.values()), default=None)

    async def describe(self) -> Described:
        """Count what is there."""
        sizes = [_size(kind, self._of(kind)) for kind in _KINDS]
        days = {day_of(row.started_us) for row in self._of(AttemptRow)}
        return Described(
            database="memory",
            place="memory",
            bytes=0,
            tables=sizes,
            days=tuple(str(day) for day in sorted(days)),
            stray=len(self._strays),
            positions=dict(self._positions),
        )

    async def life(self, asked: LifeQuestion) -> Life:
        """Look through all rows."""
        return life_in(self._rows, asked, await self.read_to_us())

    async def event(self, event_id: str, scope: Scope = None) -> Sequence[EventRow]:
        """Look for either id."""
        wanted, own = storable_id(event_id), storable(event_id)
        found = [
            e for e in self._of(EventRow) if e.event_id == wanted or e.own_id == own
        ]
        return _newest(e for e in found if self._in_scope(e, scope))

    async def acks(self, event_id: str, scope: Scope = None) -> Sequence[AckRow]:
        """Look for the id."""
        wanted = storable_id(event_id)
        mine = (ack for ack in self._of(AckRow) if among(ack.subscription, scope))
        return _newest(ack for ack in mine if ack.event_id == wanted)

    async def events(self, asked: EventQuestion, paging: Paging) -> Page[EventRow]:
        """All that fit."""
        rows = self._fitting(EventRow, asks_event(asked))
        if (tried := asked.attempted) is not None:
            ids = {a.event_id for a in self._fitting(AttemptRow, asks_attempt(tried))}
            rows = [event for event in rows if event.event_id in ids]
        return _page(rows, asked, paging)

    async def attempts(
        self, asked: AttemptQuestion, paging: Paging
    ) -> Page[AttemptRow]:
        """All that fit."""
        return _page(self._fitting(AttemptRow, asks_attempt(asked)), asked, paging)

    async def deliveries(
        self, asked: DeliveryQuestion, paging: Paging
    ) -> Page[OpenDelivery]:
        """All that fit."""
        fit = asks_delivery(asked)
        rows = [one for one in self._open.values() if fit(one)]
        return page(rows, _BY_CHANGE, asked, paging)

    async def minutes(
        self, subscriptions: Collection[str] | None, since_us: int, until_us: int
    ) -> Sequence[Minute]:
        """All of that time."""
        first, last = since_us // 60_000_000, -(-until_us // 60_000_000)
        return [
            minute_of(key, tally)
            for key, tally in sorted(self._tallies.items())
            if first <= key[0] < last and among(key[1], subscriptions)
        ]

    async def health(
        self, subscriptions: Collection[str] | None, now_us: int
    ) -> Mapping[str, Health]:
        """Out of the minutes."""
        begins, end = starts(now_us), now_us + 86_400_000_000
        minutes = await self.minutes(subscriptions, begins[2] * 60_000_000, end)
        return faring(minutes, begins)

    async def five_minutes(
        self, subscription: str, since_us: int, until_us: int
    ) -> Sequence[Counted]:
        """Out of the minutes."""
        begin_us, end_us = whole_fives(since_us, until_us)
        return in_fives(await self.minutes({subscription}, begin_us, end_us))

    async def since(self, span_s: int, now_us: int) -> Mapping[str, Figures]:
        """Out of the minutes."""
        start, _ = start_of(span_s, now_us)
        minutes = await self.minutes(None, start * 60_000_000, now_us + 60_000_000)
        return {
            name: figures_of(m for m in minutes if m.subscription == name)
            for name in {minute.subscription for minute in minutes}
        }

    async def quarantine(
        self, asked: QuarantineQuestion, paging: Paging
    ) -> Page[QuarantineRow]:
        """All that fit."""
        rows = self._fitting(QuarantineRow, asks_quarantine(asked))
        return _page(rows, asked, paging)

    async def quarantined(self, origins: Collection[Place]) -> Sequence[QuarantineRow]:
        """Look for the places."""
        return _newest(q for q in self._of(QuarantineRow) if q.origin in origins)

    async def audit(self, asked: AuditQuestion, paging: Paging) -> Page[AuditRow]:
        """All that fit."""
        return _page(self._fitting(AuditRow, asks_audit(asked)), asked, paging)

    def _of(self, kind: type[RowT]) -> list[RowT]:
        return [row for row in self._rows if isinstance(row, kind)]

    def _fitting(self, kind: type[RowT], fit: Callable[[RowT], bool]) -> list[RowT]:
        return [row for row in self._of(kind) if fit(row)]

    def _in_scope(self, event: EventRow, scope: Scope) -> bool:
        mine = self._fitting(AttemptRow, asks_attempt(AttemptQuestion(scope=scope)))
        return scope is None or event.event_id in {one.event_id for one in mine}


_BY_CHANGE = Order[OpenDelivery](
    lambda one: (one.changed_us, one.subscription, one.event_id), (int, str, str)
)
_KINDS = (EventRow, AttemptRow, AckRow, QuarantineRow, AuditRow)


def _days(row: Row, keep: Retention) -> int:
    if isinstance(row, AttemptRow) and row.outcome == "accepted":
        return keep.accepted_days
    return keep.audit_days if isinstance(row, AuditRow) else keep.days


def _size(kind: type[Row], rows: Sequence[Row]) -> TableSize:
    times = [time_of(row) for row in rows]
    oldest, newest = (min(times), max(times)) if times else (None, None)
    return TableSize(
        kind.__name__.removesuffix("Row").lower(), len(rows), 0, oldest, newest
    )


def _newest(rows: Iterable[RowT]) -> Sequence[RowT]:
    return newest_first(rows)[:MOST]


def _page(rows: Sequence[TimedT], asked: object, paging: Paging) -> Page[TimedT]:
    by_time = Order[TimedT](lambda row: (time_of(row), *row.at), (int, str, int, int))
    return page(rows, by_time, asked, paging)
