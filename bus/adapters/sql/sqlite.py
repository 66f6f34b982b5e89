"""The log in a file of SQLite: one writer, readers beside it (WAL)."""

import os
import sqlite3
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from bus.adapters.sql.bulk import Values, merging
from bus.adapters.sql.database import CUT, READERS
from bus.adapters.sql.slices import SLICE, aged, remove_slice
from bus.adapters.sql.tables import ATTEMPT, OF_ROWS
from bus.errors import ConfigurationError
from bus.log.retention import DAY_US, Pruned, Retention, TableSize, day_of

_BUSY_S = 10
_PAGES = 10_000
_ONLY_OWNER = 0o600
_DIALECT = sqlite.dialect()


def open_engines(url: URL) -> tuple[Engine, Engine]:
    """Return the engine that writes and the one that reads; make the file.

    Raises:
        ConfigurationError: the file cannot be made.
    """
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("the log needs a file: sqlite:////path/log.sqlite3")
    _make_file(Path(url.database))
    writes = "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL"
    return (
        _engine(url, 1, "BEGIN IMMEDIATE", f"{writes}; PRAGMA synchronous = NORMAL"),
        _engine(url, READERS, "BEGIN", "PRAGMA query_only = ON"),
    )


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, _ONLY_OWNER))
    except OSError as error:
        why = f"the log at {path} cannot be opened: {error.strerror}"
        raise ConfigurationError(why) from error


def _engine(url: URL, connections: int, begin: str, settings: str) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # errors hold no row
        connect_args={"timeout": _BUSY_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def opened(driver: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        driver.isolation_level = None  # transactions begin where we say
        for setting in settings.split("; "):
            driver.execute(setting).fetchall()
        entry.info[CUT] = driver.interrupt

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


@lru_cache
def _inserting(table: Table) -> str:
    return str(sqlite.insert(table).compile(dialect=_DIALECT))


@lru_cache
def _merging(table: Table) -> str:
    return str(merging(table, sqlite.insert(table)).compile(dialect=_DIALECT))


@lru_cache
def _removing(table: Table) -> str:
    statement = table.delete()
    for column in table.primary_key:
        statement = statement.where(column == text("?"))
    return str(statement.compile(dialect=_DIALECT))


class SqliteBulk:
    """One statement, many rows."""

    def append(
        self, connection: Connection, table: Table, rows: Sequence[Values]
    ) -> None:
        """Add rows."""
        connection.exec_driver_sql(_inserting(table), list(rows))

    def merge(
        self, connection: Connection, table: Table, rows: Sequence[Values]
    ) -> None:
        """Add rows to those of the same key."""
        connection.exec_driver_sql(_merging(table), list(rows))

    def remove(
        self, connection: Connection, table: Table, keys: Sequence[Values]
    ) -> None:
        """Remove the rows of these keys."""
        connection.exec_driver_sql(_removing(table), list(keys))


class SqliteUpkeep:
    """Removes rows in slices; there are no days to be made."""

    def check(self, _connection: Connection) -> None:
        """The library comes with Python: it can."""

    def make_days(self, connection: Connection, days: Collection[int]) -> None:
        """Every day has its place."""

    def forget_days(self) -> None:
        """None were remembered."""

    def prune(self, connection: Connection, keep: Retention, now_us: int) -> Pruned:
        """Remove one slice; without rows there is nothing left to remove."""
        with connection.begin():
            for one in aged(keep, now_us):
                if rows := remove_slice(connection, one):
                    return Pruned(rows=rows)
            if keep.most_bytes is not None and _bytes(connection) > keep.most_bytes:
                today_us = day_of(now_us) * DAY_US
                return Pruned(rows=_remove_oldest(connection, today_us))
        _give_back(connection)
        return Pruned()

    def clear(self, connection: Connection) -> None:
        """Empty the tables of rows."""
        for table in OF_ROWS:
            connection.execute(table.delete())

    def sizes(self, connection: Connection) -> Sequence[TableSize]:
        """Count; the file's size is that of all tables together."""
        return [
            TableSize(
                table.name,
                connection.execute(
                    select(func.count()).select_from(table)
                ).scalar_one(),
                0,
            )
            for table in OF_ROWS
        ]

    def total(self, connection: Connection) -> int:
        """What the file takes, free pages left out."""
        return _bytes(connection)

    def version(self, _connection: Connection) -> str:
        """The library's version."""
        return f"SQLite {sqlite3.sqlite_version}"

    def days(self, connection: Connection) -> Sequence[int]:
        """Of which days there are attempts."""
        day = ATTEMPT.c.started_us // DAY_US
        found = connection.execute(select(day).distinct().order_by(day))
        return [cast("int", row[0]) for row in found]


def _give_back(connection: Connection) -> None:
    """Give free pages back to the file system, one at each step of the result."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()


def _bytes(connection: Connection) -> int:
    def pragma(name: str) -> int:
        found = connection.exec_driver_sql(f"PRAGMA {name}")
        return cast("int", found.scalar_one())

    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size")


def _remove_oldest(connection: Connection, before_us: int) -> int:
    """Remove the oldest attempts of days that are over."""
    row: ColumnElement[object] = literal_column("rowid")
    started = ATTEMPT.c.started_us
    oldest = select(row).select_from(ATTEMPT).where(started < before_us)
    oldest = oldest.order_by(started).limit(SLICE)
    return connection.execute(ATTEMPT.delete().where(row.in_(oldest))).rowcount
