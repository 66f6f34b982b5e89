"""What the log is asked of objectives, in SQL."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection, Select, Table, func, select

from bus.adapters.sql.database import Threads
from bus.adapters.sql.latencies import summed_latencies, sums_in
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
from bus.log.ledger import Counted, Hour, Missed, Spans, Trouble

T = TypeVar("T")
_Select: TypeAlias = Select[*tuple[int, ...]]
_Causes: TypeAlias = dict[Cause, Missed]
_Two: TypeAlias = list[T]
"""Of all days, and of the last ones."""

_FEW = 250
"""So many subscriptions are named in a query; of more, all are asked for."""


class SqlLedger:
    """Sums of days and missed deliveries; hours of one subscription."""

    def __init__(self, reads: Threads, names: Names) -> None:
        self._reads = reads
        self._names = names

    async def spans(
        self, subscriptions: Collection[str] | None, since: int, lately: int
    ) -> Mapping[str, Spans]:
        """Days and what was missed, at once, on two connections.

        The last days are asked for again: cheaper than to tell them apart in a sum.
        """

        def ended(connection: Connection) -> Mapping[str, _Two[Sequence[int]]]:
            wanted = self._wanted(connection, subscriptions)
            sums = _sums(DAY, ["subscription"], ("kept", "recovered"))
            found: dict[int, _Two[Sequence[int]]] = {}
            for which, start in enumerate((since, lately)):
                query = _since(sums, DAY, wanted, start)
                for number, *counts in connection.execute(query):
                    found.setdefault(number, [(0, 0), (0, 0)])[which] = _whole(counts)
            return self._named(connection, found, subscriptions)

        def missed(connection: Connection) -> Mapping[str, _Two[_Causes]]:
            wanted = self._wanted(connection, subscriptions)
            sums = _sums(MISSED, ["subscription", "cause"], ("late", "dead"))
            found: dict[int, _Two[_Causes]] = defaultdict(lambda: [{}, {}])
            for which, start in enumerate((since, lately)):
                query = _since(sums, MISSED, wanted, start)
                for number, cause, *counts in connection.execute(query):
                    _add(found[number][which], cause, *_whole(counts))
            return self._named(connection, found, subscriptions)

        days, causes = await asyncio.gather(
            self._reads.run(ended), self._reads.run(missed)
        )
        none: _Two[_Causes] = [{}, {}]
        return {n: _spans(two, causes.get(n, none)) for n, two in days.items()}

    async def latencies(
        self, subscriptions: Collection[str] | None, since: int
    ) -> Mapping[str, Sequence[int]]:
        """Those of all days together."""

        def work(connection: Connection) -> Mapping[str, Sequence[int]]:
            wanted = self._wanted(connection, subscriptions)
            number = DAY.c.subscription
            query = select(number, summed_latencies(connection, DAY)).group_by(number)
            rows = connection.execute(_since(query, DAY, wanted, since))
            found = {number: sums_in(packed) for number, packed in rows}
            return self._named(connection, found, subscriptions)

        return await self._reads.run(work)

    async def days(self, subscription: str, since: int) -> Mapping[int, Counted]:
        """The same of one, by day."""

        def work(connection: Connection) -> Mapping[int, Counted]:
            wanted = self._wanted(connection, [subscription])
            missed: dict[int, _Causes] = defaultdict(dict)
            query = _sums(MISSED, ["start", "cause"], ("late", "dead"))
            for start, cause, *counts in connection.execute(
                _since(query, MISSED, wanted, since)
            ):
                _add(missed[start], cause, *_whole(counts))
            query = _sums(DAY, ["start"], ("kept", "recovered"))
            query = query.add_columns(summed_latencies(connection, DAY))
            rows = connection.execute(_since(query, DAY, wanted, since))
            return {
                start: Counted(
                    kept or 0, recovered or 0, missed[start], sums_in(packed)
                )
                for start, kept, recovered, packed in rows
            }

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
            return self._named(connection, counts, subscriptions)

        return await self._reads.run(work)

    def _wanted(
        self, connection: Connection, subscriptions: Collection[str] | None
    ) -> Collection[int] | None:
        """Their numbers; None: so many that all are asked for."""
        if subscriptions is None or len(subscriptions) > _FEW:
            return None
        return set(self._names.numbers(connection, subscriptions).values())

    def _named(
        self,
        connection: Connection,
        found: Mapping[int, T],
        subscriptions: Collection[str] | None,
    ) -> Mapping[str, T]:
        wanted = None if subscriptions is None else set(subscriptions)
        named = ((self._names.text(connection, n), one) for n, one in found.items())
        return {name: one for name, one in named if wanted is None or name in wanted}


def _spans(days: _Two[Sequence[int]], causes: _Two[_Causes]) -> Spans:
    whole, lately = (
        Counted(kept, recovered, missed)
        for (kept, recovered), missed in zip(days, causes, strict=True)
    )
    return Spans(whole, lately)


def _add(found: _Causes, cause: int, late: int, dead: int) -> None:
    """Add what was late or dead by a cause, where anything was."""
    if late or dead:
        known = cause_numbered(cause)
        had = found.get(known, Missed())
        found[known] = Missed(had.late + late, had.dead + dead)


def _sums(table: Table, by: Sequence[str], counts: Sequence[str]) -> _Select:
    keys = [table.c[name] for name in by]
    sums = (func.sum(table.c[name]) for name in counts)
    return select(*keys, *sums).group_by(*keys)


def _since(
    query: _Select, table: Table, wanted: Collection[int] | None, since: int
) -> _Select:
    return _among(query.where(table.c.start >= since), table, wanted)


def _among(query: _Select, table: Table, wanted: Collection[int] | None) -> _Select:
    if wanted is None:
        return query
    return query.where(table.c.subscription.in_(sorted(wanted)))


def _of(table: Table, number: int | None, since: int, *columns: str) -> _Select:
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
