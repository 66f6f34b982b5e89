"""The log in PostgreSQL: connections that never wait for ever, and binary COPY."""

import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum
from functools import lru_cache, partial
from os import dup

import psycopg
from psycopg.rows import RowFactory
from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import CreateTable

from bus.adapters.sql.bulk import Values, merging
from bus.adapters.sql.database import CUT

ERRORS = (psycopg.Error,)

_CONNECTION = {
    "connect_timeout": "5",
    "application_name": "orderbus-log",
    # A host that is gone is noticed within half a minute, a busy one is waited for.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
_TYPES = {
    BigInteger: "int8",
    Integer: "int4",
    SmallInteger: "int2",
    Boolean: "bool",
    Text: "text",
    LargeBinary: "bytea",
}
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# Compiling a query takes longer than any of ours may. Pages of a day's tables are in
# memory or on an SSD: with PostgreSQL's price for a disk that seeks, it filters a whole
# day by time where the subscription's own index has the rows.
_SETTINGS = (
    "SET statement_timeout = {0}; SET lock_timeout = {1}; SET jit = off; "
    "SET random_page_cost = 1.1"
)
# Planned once for all values: by a key there is one way, and planning it over all days
# takes ten times as long as going it. Without scans no day that was empty then is read
# from end to end once it has rows.
_ONE_PLAN = "; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"


class Use(Enum):
    """What connections are for; `LOOKUPS` are reads by a key."""

    WRITES = "writes"
    READS = "reads"
    LOOKUPS = "lookups"


class _Binary(psycopg.Cursor[object]):
    """Numbers, lists of them and bytes as they are, not as text."""

    def __init__(
        self,
        connection: "psycopg.Connection[object]",
        *,
        row_factory: RowFactory[object] | None = None,
    ) -> None:
        super().__init__(connection, row_factory=row_factory or connection.row_factory)
        self.format = psycopg.pq.Format.BINARY


def open_engine(
    url: URL, connections: int, *, within_s: float, lock_s: float, use: Use
) -> Engine:
    """Return an engine; nothing is asked of the server yet.

    A statement may take `within_s`, and wait for a lock `lock_s`. One that reads is
    by itself: a transaction around one question is two more ways there and back.
    """
    reads = use is not Use.WRITES
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        pool_use_lifo=True,  # who asks next finds a connection that has its plans
        max_overflow=0,
        hide_parameters=True,  # errors hold no row
        isolation_level="AUTOCOMMIT" if reads else None,
        connect_args={**_CONNECTION, **_said(url), **_USED[use]},
    )
    settings = _SETTINGS.format(round(within_s * 1000), round(lock_s * 1000))
    if use is Use.LOOKUPS:
        settings += _ONE_PLAN

    @event.listens_for(engine, "connect")
    def opened(
        driver: "psycopg.Connection[object]", entry: ConnectionPoolEntry
    ) -> None:
        own = socket.socket(fileno=dup(driver.pgconn.socket))
        entry.info[CUT] = partial(_cut, own)
        entry.info[socket] = own
        with driver.cursor() as cursor:
            cursor.execute(settings.encode(), prepare=False, binary=False)
        driver.commit()

    @event.listens_for(engine, "close")
    def closed(_: object, entry: ConnectionPoolEntry) -> None:
        entry.info.pop(socket).close()

    return engine


_USED: Mapping[Use, Mapping[str, object]] = {
    Use.WRITES: {},
    Use.READS: {"cursor_factory": _Binary},
    Use.LOOKUPS: {"cursor_factory": _Binary, "prepare_threshold": 0},
}


def _said(url: URL) -> dict[str, str]:
    """What the URL says of a connection goes before what we would."""
    return {
        name: str(value) for name, value in url.query.items() if name in _CONNECTION
    }


def _cut(own: socket.socket) -> None:
    """End a connection under the thread that waits for it."""
    with suppress(OSError):
        own.shutdown(socket.SHUT_RDWR)


class PostgresBulk:
    """Many rows by COPY: into their table, or beside it and merged at once."""

    def append(
        self, connection: Connection, table: Table, rows: Sequence[Values]
    ) -> None:
        """Add rows."""
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError(f"not a connection of psycopg: {driver!r}")
        with driver.cursor() as cursor, cursor.copy(_copying(table)) as copy:
            copy.set_types([_TYPES[type(column.type)] for column in table.columns])
            for row in rows:
                copy.write_row(row)

    def merge(
        self, connection: Connection, table: Table, rows: Sequence[Values]
    ) -> None:
        """Add rows to those of the same key, in the order of keys."""
        beside = _beside(table, keys_only=False)
        self._put(connection, beside, rows)
        columns = [column.name for column in table.columns]
        keys = [beside.c[column.name] for column in table.primary_key]
        found = select(beside).order_by(*keys)
        insert = postgresql.insert(table).from_select(columns, found)
        connection.execute(merging(table, insert))

    def remove(
        self, connection: Connection, table: Table, keys: Sequence[Values]
    ) -> None:
        """Remove the rows of these keys."""
        beside = _beside(table, keys_only=True)
        self._put(connection, beside, keys)
        same = [column == beside.c[column.name] for column in table.primary_key]
        connection.execute(table.delete().where(*same))

    def _put(
        self, connection: Connection, beside: Table, rows: Sequence[Values]
    ) -> None:
        connection.execute(text(_making(beside)))
        self.append(connection, beside, rows)


@lru_cache
def _copying(table: Table) -> bytes:
    quote = _DIALECT.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in table.columns)
    return f"COPY {quote(table.name)} ({columns}) FROM STDIN (FORMAT BINARY)".encode()


@lru_cache
def _beside(table: Table, *, keys_only: bool) -> Table:
    """A table of this connection's, for the rows of one transaction."""
    columns = [
        Column(column.name, column.type)
        for column in table.columns
        if column.primary_key or not keys_only
    ]
    return Table(
        f"{'gone' if keys_only else 'new'}_{table.name}",
        MetaData(),
        *columns,
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DELETE ROWS",
    )


@lru_cache
def _making(beside: Table) -> str:
    return str(CreateTable(beside, if_not_exists=True).compile(dialect=_DIALECT))
