"""What the log is asked of objectives, in SQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Select, Table, func, select

from bus.adapters.sql.database import Threads
from bus.adapters.sql.latencies import NONE, latencies_in, summed_latencies
from bus.adapters.sql.names import Names
from bus.adapters.sql.tables import (
    DAY,
    DELIVERY_OPEN,
    HOUR,
    MISSED,
    TROUBLE,
)
from bus.log.causes import LATE_US, Cause, cause_numbered
from bus.log.deliveries import DEAD_LETTER, STATES
from bus.log.ledger import Counted, Hour, Missed, Trouble

T = TypeVar("T")

_FEW = 250
"""So many subscriptions are named in a query; of more, all are asked for."""


class SqlLedger:
    """Sums of days and missed deliveries; hours of one subscription."""

    def __init__(self, reads: Threads, names: Names) -> None:
        self._reads = reads
        self._names = names

    async def counted(
        self,
        subscriptions: Collection[str] | None,
        since: int,
        *,
        latencies: bool = True,
    ) -> Mapping[str, Counted]:
        """What became of the deliveries of these since a day began."""

        def work(connection: Connection) -> Mapping[str, Counted]:
            wanted = self._wanted(connection, subscriptions)
            missed = _missed(connection, "subscription", wanted, since)
            days = _of_days("subscription", wanted, since, latencies=latencies)
            found = _counted(connection, days, missed)
            return self._named(connection, found, wanted)

        return await self._reads.run(work)

    async def days(self, subscription: str, since: int) -> Mapping[int, Counted]:
        """The same of one, by day."""

        def work(connection: Connection) -> Mapping[int, Counted]:
            wanted = self._wanted(connection, [subscription])
            missed = _missed(connection, "start", wanted, since)
            days = _of_days("start", wanted, since, latencies=True)
            return _counted(connection, days, missed)

        return await self._reads.run(work)

    async def hours(self, subscription: str, since: int) -> Sequence[Hour]:
        """Its hours with any call."""

        def work(connection: Connection) -> Sequence[Hour]:
            number = self._names.number(connection, subscription)
            ups = dict[int, int]()
            for start, up in connection.execute(_of(HOUR, number, since, "up")):
                if up:
                    ups[start] = up
            troubles: dict[int, dict[Cause, Trouble]] = defaultdict(dict)
            columns = ("cause", "minutes", "calls", "deliveries")
            for start, cause, *counts in connection.execute(
                _of(TROUBLE, number, since, *columns)
            ):
                some = troubles[start]
                known = cause_numbered(cause)
                some[known] = _both(some.get(known), Trouble(*_whole(counts)))
            starts = sorted(ups.keys() | troubles.keys())
            return [Hour(one, ups.get(one, 0), troubles.get(one, {})) for one in starts]

        return await self._reads.run(work)

    async def overdue(
        self, subscriptions: Collection[str] | None, now_us: int
    ) -> Mapping[str, Mapping[Cause, int]]:
        """How many are late by now and have not ended."""
        c = DELIVERY_OPEN.c
        query = select(c.subscription, c.cause, c.overdue, func.count()).where(
            c.state < STATES.index(DEAD_LETTER),
            c.arrived_us > 0,
            c.arrived_us < now_us - LATE_US,
            c.replay == 0,
        )

        def work(connection: Connection) -> Mapping[str, Mapping[Cause, int]]:
            wanted = self._wanted(connection, subscriptions)
            asked = _among(query, DELIVERY_OPEN, wanted)
            counts: dict[int, dict[Cause, int]] = defaultdict(dict)
            for number, cause, overdue, count in connection.execute(
                asked.group_by(c.subscription, c.cause, c.overdue)
            ):
                known = cause_numbered(overdue or cause or Cause.LATE)
                counts[number][known] = counts[number].get(known, 0) + count
            return self._named(connection, counts, wanted)

        return await self._reads.run(work)

    def _wanted(
        self, connection: Connection, subscriptions: Collection[str] | None
    ) -> Collection[int] | None:
        if subscriptions is None:
            return None
        return set(self._names.numbers(connection, subscriptions).values())

    def _named(
        self,
        connection: Connection,
        found: Mapping[int, T],
        wanted: Collection[int] | None,
    ) -> Mapping[str, T]:
        return {
            self._names.text(connection, number): one
            for number, one in found.items()
            if wanted is None or number in wanted
        }


def _missed(
    connection: Connection, by: str, wanted: Collection[int] | None, since: int
) -> Mapping[int, Mapping[Cause, Missed]]:
    """What was late or dead since then, by subscription or by day."""
    missed: dict[int, dict[Cause, Missed]] = defaultdict(dict)
    for key, cause, *counts in connection.execute(
        _sums(MISSED, [by, "cause"], ("late", "dead"), wanted, since)
    ):
        known = cause_numbered(cause)
        had, (late, dead) = missed[key].get(known, Missed()), _whole(counts)
        missed[key][known] = Missed(had.late + late, had.dead + dead)
    return missed


def _of_days(
    by: str, wanted: Collection[int] | None, since: int, *, latencies: bool
) -> Select[*tuple[int, ...]]:
    query = _sums(DAY, [by], ("kept", "recovered"), wanted, since)
    return query.add_columns(summed_latencies(DAY)) if latencies else query


def _counted(
    connection: Connection,
    days: Select[*tuple[int, ...]],
    missed: Mapping[int, Mapping[Cause, Missed]],
) -> Mapping[int, Counted]:
    """Sums by subscription or by day, with what was missed."""
    return {
        key: Counted(
            kept or 0,
            recovered or 0,
            missed.get(key, {}),
            latencies_in(packed[0]) if packed else NONE,
        )
        for key, kept, recovered, *packed in connection.execute(days)
    }


def _sums(
    table: Table,
    by: Sequence[str],
    counts: Sequence[str],
    wanted: Collection[int] | None,
    since: int,
) -> Select[*tuple[int, ...]]:
    keys = [table.c[name] for name in by]
    query = select(*keys, *(func.sum(table.c[name]) for name in counts))
    query = query.where(table.c.start >= since).group_by(*keys)
    return _among(query, table, wanted)


def _among(
    query: Select[*tuple[int, ...]], table: Table, wanted: Collection[int] | None
) -> Select[*tuple[int, ...]]:
    if wanted is None or len(wanted) > _FEW:
        return query
    return query.where(table.c.subscription.in_(sorted(wanted)))


def _of(
    table: Table, number: int | None, since: int, *columns: str
) -> Select[*tuple[int, ...]]:
    c = table.c
    query = select(c.start, *(c[name] for name in columns)).order_by(c.start)
    return query.where(c.subscription == number, c.start >= since)


def _both(had: Trouble | None, one: Trouble) -> Trouble:
    if had is None:
        return one
    return Trouble(
        had.minutes | one.minutes,
        had.calls + one.calls,
        had.deliveries + one.deliveries,
    )


def _whole(counts: Iterable[int | None]) -> list[int]:
    """Counts as they are added up: NULL is none."""
    return [count or 0 for count in counts]
