"""The log in SQL: both of its ports, over SQLite or PostgreSQL."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, func, select

from bus.adapters.sql import positions as places
from bus.adapters.sql.answers import Answers, spans
from bus.adapters.sql.asking import Asking
from bus.adapters.sql.bulk import Bulk, Upkeep
from bus.adapters.sql.database import Threads
from bus.adapters.sql.lags import SqlLags
from bus.adapters.sql.ledger import SqlLedger
from bus.adapters.sql.listings import Listings
from bus.adapters.sql.lives import Lives
from bus.adapters.sql.migrating import migrate
from bus.adapters.sql.names import Names
from bus.adapters.sql.paging import page
from bus.adapters.sql.tables import POSITION, STRAY
from bus.adapters.sql.writing import Writer
from bus.errors import LogOvertakenError, LogRefusedError
from bus.log.course import Counted
from bus.log.health import NONE, Figures, Health
from bus.log.lags import LagStore
from bus.log.ledger import LedgerLog
from bus.log.lives import Life, LifeQuestion
from bus.log.questions import (
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
from bus.log.retention import DAY_US, Described, Pruned, Retention, days_ahead
from bus.log.rollup import Minute
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
from bus.times import at_us

_SLOW_S = 600.0
"""What may take long: migrations, removing days, emptying tables."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a database brings: threads for each kind of call, and its own ways."""

    writes: Threads
    reads: Threads
    lookups: Threads
    upkeeps: Threads
    bulk: Bulk
    upkeep: Upkeep
    names: Names


class SqlLog:
    """A log in a database; see `bus.log.store` for what it promises."""

    def __init__(self, parts: Parts) -> None:
        self._writes = parts.writes
        self._reads = parts.reads
        self._lookups = parts.lookups
        self._upkeeps = parts.upkeeps
        self._upkeep = parts.upkeep
        self._names = parts.names
        self._writer = Writer(parts.bulk, parts.upkeep, parts.names)
        self._asking = Asking(parts.names)
        self._listings = Listings(parts.names)
        self._answers = Answers(parts.names, self._listings)
        self._lives = Lives(parts.names, self._listings)
        self.kept: LagStore = SqlLags(parts.writes, parts.reads)
        self.ledger: LedgerLog = SqlLedger(parts.reads, parts.names)

    # --- writing

    async def prepare(self, now_us: int) -> None:
        """Make or migrate the tables, and the days that come."""

        def work(connection: Connection) -> None:
            self._upkeep.check(connection)
            migrate(connection)
            self._upkeep.forget_days()
            self._upkeep.make_days(connection, days_ahead(now_us))

        await self._upkeeps.run(work, _SLOW_S)

    async def positions(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Position]:
        """Where the log stands in these."""
        return await self._writes.run(lambda c: places.stored(c, partitions))

    async def write(
        self, rows: Sequence[Row], advances: Sequence[Advance], now_us: int
    ) -> None:
        """Write rows, roll-ups and positions in one transaction."""
        try:
            await self._write(rows, advances, now_us)
        except LogRefusedError:
            # A day may have been removed that we remember.
            self._forget()
            await self._write(rows, advances, now_us)
        except LogOvertakenError:
            self._forget()  # perhaps it is another database by now
            raise

    async def _write(
        self, rows: Sequence[Row], advances: Sequence[Advance], now_us: int
    ) -> None:
        await self._writes.run(lambda c: self._writer.write(c, rows, advances, now_us))

    async def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Drop positions."""

        def work(connection: Connection) -> None:
            with connection.begin():
                places.forget(connection, partitions)

        await self._writes.run(work)

    async def prune(self, keep: Retention, now_us: int) -> Pruned:
        """Remove what is too old or too much, step by step."""
        days: list[str] = []
        rows = 0
        while True:
            step = await self._upkeeps.run(
                lambda c: self._upkeep.prune(c, keep, now_us), _SLOW_S
            )
            if not step.days and not step.rows:
                return Pruned(days, rows)
            days += step.days
            rows += step.rows

    async def clear(self) -> None:
        """Empty the log."""

        def work(connection: Connection) -> None:
            with connection.begin():
                connection.execute(POSITION.delete())
                self._upkeep.clear(connection)

        await self._upkeeps.run(work, _SLOW_S)

    async def close(self) -> None:
        """Let go of the database."""
        for threads in {id(t): t for t in self._all()}.values():
            await threads.close()

    def _all(self) -> tuple[Threads, ...]:
        return self._writes, self._reads, self._lookups, self._upkeeps

    def _forget(self) -> None:
        self._names.forget()
        self._upkeep.forget_days()

    # --- asking

    async def read_to_us(self) -> int | None:
        """The time that the slowest partition was read to."""
        query = select(func.min(POSITION.c.read_to_us))
        return await self._reads.run(lambda c: c.execute(query).scalar_one())

    async def describe(self) -> Described:
        """What it is made of, and where it stands."""

        def work(connection: Connection) -> Described:
            counted = select(func.count()).select_from(STRAY)
            return Described(
                database=self._upkeep.version(connection),
                place=self._reads.place.name,
                bytes=self._upkeep.total(connection),
                tables=self._answers.aged(connection, self._upkeep.sizes(connection)),
                days=[_date(day) for day in self._upkeep.days(connection)],
                stray=connection.execute(counted).scalar_one(),
                positions=places.stored(connection),
            )

        return await self._reads.run(work)

    async def life(self, asked: LifeQuestion) -> Life:
        """What befell an event or an order."""
        return await self._lookups.run(lambda c: self._lives.life(c, asked))

    async def event(self, event_id: str, scope: Scope = None) -> Sequence[EventRow]:
        """The event of this webhook-id or producer's id."""
        return await self._lookups.run(
            lambda c: self._answers.event(c, event_id, scope)
        )

    async def acks(self, event_id: str, scope: Scope = None) -> Sequence[AckRow]:
        """The acknowledgements of an event."""
        return await self._lookups.run(lambda c: self._answers.acks(c, event_id, scope))

    async def events(self, asked: EventQuestion, paging: Paging) -> Page[EventRow]:
        """Events, by when they arrived."""
        return await self._reads.run(
            lambda c: page(
                c, self._listings.events, self._asking.events(c, asked), paging
            )
        )

    async def attempts(
        self, asked: AttemptQuestion, paging: Paging
    ) -> Page[AttemptRow]:
        """Attempts, by when they began."""
        return await self._reads.run(
            lambda c: page(
                c, self._listings.attempts, self._asking.attempts(c, asked), paging
            )
        )

    async def deliveries(
        self, asked: DeliveryQuestion, paging: Paging
    ) -> Page[OpenDelivery]:
        """Open deliveries, by when they changed."""
        return await self._reads.run(
            lambda c: page(
                c, self._listings.deliveries, self._asking.deliveries(c, asked), paging
            )
        )

    async def quarantine(
        self, asked: QuarantineQuestion, paging: Paging
    ) -> Page[QuarantineRow]:
        """Quarantined records, by when they were put there."""
        return await self._reads.run(
            lambda c: page(
                c, self._listings.quarantine, self._asking.quarantine(c, asked), paging
            )
        )

    async def audit(self, asked: AuditQuestion, paging: Paging) -> Page[AuditRow]:
        """Changes, by when they were written."""
        return await self._reads.run(
            lambda c: page(c, self._listings.audit, self._asking.audit(asked), paging)
        )

    async def minutes(
        self, subscriptions: Collection[str] | None, since_us: int, until_us: int
    ) -> Sequence[Minute]:
        """Counts by minute."""
        return await self._reads.run(
            lambda c: self._answers.minutes(c, subscriptions, since_us, until_us)
        )

    async def five_minutes(
        self, subscription: str, since_us: int, until_us: int
    ) -> Sequence[Counted]:
        """Counts of one by five minutes."""
        return await self._reads.run(
            lambda c: self._answers.five_minutes(c, subscription, since_us, until_us)
        )

    async def health(
        self, subscriptions: Collection[str] | None, now_us: int
    ) -> Mapping[str, Health]:
        """How these fare; the spans are asked for at once."""
        minutes, hour, day = await asyncio.gather(
            *(
                self._reads.run(
                    partial(self._answers.fares, subscriptions=subscriptions, span=span)
                )
                for span in spans(now_us)
            )
        )
        return {
            name: Health(minutes.get(name, NONE), hour.get(name, NONE), figures)
            for name, figures in day.items()
        }

    async def since(self, span_s: int, now_us: int) -> Mapping[str, Figures]:
        """What befell the attempts of each in a span up to now."""
        return await self._reads.run(lambda c: self._answers.since(c, span_s, now_us))

    async def quarantined(self, origins: Collection[Place]) -> Sequence[QuarantineRow]:
        """What was quarantined of the records at these places."""
        return await self._reads.run(lambda c: self._answers.quarantined(c, origins))


def _date(day: int) -> str:
    return at_us(day * DAY_US).date().isoformat()
