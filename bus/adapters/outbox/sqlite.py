"""An outbox in a file of SQLite, which the OMS makes; and who leads."""

import fcntl
import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from bus.adapters.outbox.database import CUT
from bus.errors import ConfigurationError, OutboxUnavailableError

_BUSY_S = 5
_ONLY_OWNER = 0o600


def file_of(url: URL) -> Path:
    """The file that a URL names.

    Raises:
        ConfigurationError: it names none.
    """
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("an outbox needs a file: sqlite:////path/oms.sqlite3")
    return Path(url.database)


def open_engine(url: URL) -> Engine:
    """Return an engine; the file has to be there when it is used."""
    file = file_of(url)
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        isolation_level="AUTOCOMMIT",
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": _BUSY_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "do_connect")
    def opening(*_: object) -> None:
        if not file.exists():  # SQLite would make an empty one
            raise OutboxUnavailableError(f"the outbox at {file}: there is no such file")

    @event.listens_for(engine, "connect")
    def opened(driver: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        entry.info[CUT] = driver.interrupt

    return engine


class FileLock:
    """The relay that leads holds a lock on a file beside the database."""

    def __init__(self, file: Path) -> None:
        self._file = file.with_name(f"{file.name}-relay")
        self._held: int | None = None

    def take(self, _: Connection) -> bool:
        """Whether we have the lock, now or since before."""
        if self._held is None:
            self._held = self._try()
        return self._held is not None

    def led(self, _: Connection) -> bool:
        """Whether anybody has it."""
        if self._held is not None or not self._file.exists():
            return self._held is not None
        tried = self._try()
        if tried is not None:
            os.close(tried)
        return tried is None

    def release(self) -> None:
        """Let it go."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _try(self) -> int | None:
        try:
            opened = os.open(self._file, os.O_CREAT | os.O_RDWR, _ONLY_OWNER)
        except OSError as error:
            why = f"{self._file} cannot be locked: {error.strerror}"
            raise OutboxUnavailableError(f"the outbox: {why}") from error
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(opened)
            return None
        return opened
