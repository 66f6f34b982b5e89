"""Keeping the log in PostgreSQL: days that come and go, sizes.

A day goes in two steps, each on its own: detached while others read and write, then
dropped. Who dies in between leaves it for the next one to finish.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from bus.adapters.sql import postgres_days as days_of
from bus.adapters.sql.locks import DAYS, PRUNING
from bus.adapters.sql.postgres_days import name_of
from bus.adapters.sql.slices import aged_rows, remove_slice
from bus.adapters.sql.tables import OF_ROWS
from bus.errors import ConfigurationError
from bus.log.retention import Day, Pruned, Retention, TableSize, too_many, too_old

_OLDEST_VERSION = 14
_LOCK_NOT_AVAILABLE = "55P03"
_SMALL_BYTES = 32 * 2**20

# pg_partition_tree knows partitioned tables only; the others are their own.
_SIZE = text(
    "WITH leaves AS (SELECT CAST(:name AS regclass) AS relid UNION "
    "SELECT relid FROM pg_partition_tree(CAST(:name AS regclass))) "
    "SELECT sum(pg_total_relation_size(relid)), sum(greatest(c.reltuples, 0)) "
    "FROM leaves JOIN pg_class c ON c.oid = relid WHERE c.relkind = 'r'"
)


class PostgresUpkeep:
    """Makes and removes days; remembers those that are there."""

    def __init__(self) -> None:
        self._known: set[int] = set()

    def check(self, connection: Connection) -> None:
        """Refuse a server that cannot do what is needed."""
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        connection.rollback()
        if int(version) // 10_000 < _OLDEST_VERSION:
            why = f"the log needs PostgreSQL {_OLDEST_VERSION} or newer"
            raise ConfigurationError(f"{why}; this one is {self.version(connection)}")
        if encoding != "UTF8":
            why = f"the log needs a database of encoding UTF8, not {encoding}"
            raise ConfigurationError(why)

    def make_days(self, connection: Connection, days: Collection[int]) -> None:
        """Make room for rows of these days, if there is none yet."""
        if missing := set(days) - self._known:
            with connection.begin():
                days_of.make(connection, missing)
            self._known |= missing

    def forget_days(self) -> None:
        """Look again which days there are."""
        self._known = set()

    def prune(self, connection: Connection, keep: Retention, now_us: int) -> Pruned:
        """Remove days, else some rows; nothing where another process is at it."""
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        with _alone(connection) as alone:
            if not alone:
                return Pruned()
            _finish(connection)
            gone = [
                day
                for day in self._old(connection, keep, now_us)
                if _go(connection, day)
            ]
            self._known -= {day.day for day in gone}
            if gone:
                return Pruned(
                    [f"{one.table} {name_of('', one.day)[1:]}" for one in gone]
                )
            rows = sum(remove_slice(connection, old) for old in aged_rows(keep, now_us))
            return Pruned(rows=rows)

    def _old(
        self, connection: Connection, keep: Retention, now_us: int
    ) -> Sequence[Day]:
        kept_days = {
            "attempt_accepted": keep.accepted_days,
            "minute": keep.minute_days,
            "five_minutes": keep.minute_days,
        }
        listed = days_of.listed(connection)
        days = [one.day for one in listed if not one.pending]
        old = [
            one
            for one in days
            if too_old(one.day, kept_days.get(one.table, keep.days), now_us)
        ]
        if keep.most_bytes is None:
            return old
        left = [one for one in days if one not in old]
        other = self.total(connection) - sum(one.bytes for one in days)
        return [*old, *too_many(left, keep.most_bytes, other, now_us)]

    def clear(self, connection: Connection) -> None:
        """Empty the tables of rows."""
        names = ", ".join(table.name for table in OF_ROWS)
        connection.execute(text(f"TRUNCATE {names}"))

    def sizes(self, connection: Connection) -> Sequence[TableSize]:
        """What the tables take; of large ones rows are the planner's estimates.

        Of a small one it may have none yet, or none any more after a crash.
        """
        sizes = []
        for table in OF_ROWS:
            size, rows = connection.execute(_SIZE, {"name": table.name}).one()
            if size <= _SMALL_BYTES:
                counted = select(func.count()).select_from(table)
                rows = connection.execute(counted).scalar_one()
            sizes.append(TableSize(table.name, int(rows), int(size)))
        return sizes

    def total(self, connection: Connection) -> int:
        """How many bytes all of it takes."""
        names = [{"name": table.name} for table in OF_ROWS]
        return sum(int(connection.execute(_SIZE, name).one()[0]) for name in names)

    def version(self, connection: Connection, /) -> str:
        """The server's version."""
        found = connection.execute(text("SHOW server_version")).scalar_one()
        return f"PostgreSQL {cast('str', found).split()[0]}"

    def days(self, connection: Connection) -> Sequence[int]:
        """The days of attempts that have a table, those to come among them."""
        listed = days_of.listed(connection)
        return sorted(
            {one.day.day for one in listed if one.day.table.startswith("attempt")}
        )


@contextmanager
def _alone(connection: Connection) -> Iterator[bool]:
    """Hold the lock of those that remove days, if nobody else does."""
    own = {"n": PRUNING}
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:n)"), own)
    alone = bool(taken.scalar_one())
    try:
        yield alone
    finally:
        if alone:
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), own)


def _finish(connection: Connection) -> None:
    """Finish what somebody who died, or had to wait too long, had begun."""
    for one in days_of.listed(connection):
        if one.pending:
            _detached(connection, one.day, "FINALIZE")
    for name in days_of.loose(connection):
        _drop(connection, name)


def _go(connection: Connection, day: Day) -> bool:
    """Remove a day; where others read it too long, it goes another time."""
    if not _detached(connection, day, "CONCURRENTLY"):
        return False
    _drop(connection, name_of(day.table, day.day))
    return True


def _detached(connection: Connection, day: Day, how: str) -> bool:
    """Detach a day. If that waits too long, it is half done: nobody new sees it."""
    name = name_of(day.table, day.day)
    detach = f"ALTER TABLE {day.table} DETACH PARTITION {name} {how}"
    try:
        connection.execute(text(detach))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _drop(connection: Connection, name: str) -> None:
    """Drop a detached table, unless somebody has made the day anew meanwhile."""
    own = {"n": DAYS}
    connection.execute(text("SELECT pg_advisory_lock(:n)"), own)
    try:
        if name in days_of.loose(connection):
            connection.execute(text(f"DROP TABLE {name}"))
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:n)"), own)
