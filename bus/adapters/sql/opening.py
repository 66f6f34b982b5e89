"""A log from its URL."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bus.adapters.sql import sqlite
from bus.adapters.sql.database import READERS, Place, Threads
from bus.adapters.sql.log import Parts, SqlLog
from bus.adapters.sql.names import Names
from bus.errors import ConfigurationError

READ_S = 10.0
WRITE_S = 60.0

_EXPECTED = (
    "expected sqlite:////path/log.sqlite3 or postgresql://user:password@host/database"
)


def open_log(url: str, *, read_s: float = READ_S, write_s: float = WRITE_S) -> SqlLog:
    """Return the log at a URL; nothing is asked of a server yet.

    What is asked is given up after `read_s`, a batch after `write_s`.

    Raises:
        ConfigurationError: the URL is none, or the file cannot be opened.
    """
    where = _parsed(url)
    match where.get_backend_name():
        case "sqlite":
            return _sqlite(where, read_s, write_s)
        case _:
            raise ConfigurationError(f"the log's URL: {_EXPECTED}")


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(
            f"the log's URL cannot be read: {_EXPECTED}"
        ) from error


def _sqlite(url: URL, read_s: float, write_s: float) -> SqlLog:
    names, upkeep = Names(), sqlite.SqliteUpkeep()
    writing, reading = sqlite.open_engines(url)
    place = Place(str(url.database))
    writes = Threads(writing, place, 1, write_s, names.forget)
    return SqlLog(
        Parts(
            writes=writes,
            reads=Threads(reading, place, READERS, read_s, names.forget),
            upkeeps=writes,
            bulk=sqlite.SqliteBulk(),
            upkeep=upkeep,
            names=names,
        )
    )
