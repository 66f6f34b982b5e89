"""An outbox in PostgreSQL: connections that never wait for ever, and who leads."""

import socket
from contextlib import suppress
from functools import partial
from os import dup
from typing import TYPE_CHECKING, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.pool import ConnectionPoolEntry

from bus.adapters.outbox.database import CUT
from bus.adapters.outbox.names import TableName
from bus.errors import OutboxUnavailableError

if TYPE_CHECKING:
    import psycopg

_CONNECTION = {
    "connect_timeout": "5",
    "application_name": "orderbus-outbox",
    # A host that is gone is noticed within half a minute.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
_OURS = 0x6F62_6F78  # "obox"
_SETTINGS = (
    "SET statement_timeout = {0}; SET lock_timeout = {0}; SET TimeZone = 'UTC';"
    " SET DateStyle = 'ISO'"
)
# A relay that leads asks many times a second: one that is silent for so long hangs,
# and must not keep the others from publishing. From PostgreSQL 14 on.
_SILENT = b"""
SELECT set_config(name, '60s', false) FROM pg_settings
WHERE name = 'idle_session_timeout'
"""
_TABLE = "to_regclass(CAST(:table AS text))"
_LEAD = f"SELECT {_TABLE}, pg_try_advisory_lock(:ours, hashtext({_TABLE}::oid::text))"
_LED = f"""
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = :ours
  AND objid::bigint = hashtext({_TABLE}::oid::text)::bigint & 4294967295
"""  # noqa: S608 - nothing in it comes from outside


def open_engine(url: URL, *, within_s: float) -> Engine:
    """Return an engine; nothing is asked of the server yet."""
    said = {k: str(v) for k, v in url.query.items() if k in _CONNECTION}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_size=1,
        max_overflow=0,
        connect_args={**_CONNECTION, **said},
    )
    settings = _SETTINGS.format(round(within_s * 1000))

    @event.listens_for(engine, "connect")
    def opened(
        driver: "psycopg.Connection[object]", entry: ConnectionPoolEntry
    ) -> None:
        own = socket.socket(fileno=dup(driver.pgconn.socket))
        entry.info[CUT] = partial(_cut, own)
        entry.info[socket] = own
        with driver.cursor() as cursor:
            cursor.execute(settings.encode())
            cursor.execute(_SILENT)
        driver.commit()

    @event.listens_for(engine, "close")
    def closed(_: object, entry: ConnectionPoolEntry) -> None:
        entry.info.pop(socket).close()

    return engine


def _cut(own: socket.socket) -> None:
    """End a connection under the thread that waits for it."""
    with suppress(OSError):
        own.shutdown(socket.SHUT_RDWR)


class SessionLock:
    """The relay that leads holds an advisory lock, as long as its connection lives."""

    def __init__(self, table: TableName, place: str) -> None:
        self._table = table
        self._place = place
        self._held_by: object = None

    def take(self, connection: Connection) -> bool:
        """Whether this connection has the lock; asks for it once a connection."""
        driver = connection.connection.driver_connection
        if self._held_by is driver:
            return True
        values = {"table": self._table.quoted, "ours": _OURS}
        found, locked = connection.execute(text(_LEAD), values).one()
        if found is None:
            raise OutboxUnavailableError(
                f"the outbox at {self._place}: there is no table {self._table.quoted};"
                " make it: bus outbox ddl"
            )
        self._held_by = driver if locked else None
        return bool(locked)

    def led(self, connection: Connection) -> bool:
        """Whether anybody has the lock."""
        values = {"table": self._table.quoted, "ours": _OURS}
        return cast("int", connection.execute(text(_LED), values).scalar_one()) > 0

    def release(self) -> None:
        """The lock goes with its connection."""
        self._held_by = None
