"""A log from its URL."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bus.adapters.sql import sqlite
from bus.adapters.sql.database import READERS, Place, Threads
from bus.adapters.sql.errors import DRIVER_ERRORS
from bus.adapters.sql.log import Parts, SqlLog
from bus.adapters.sql.names import Names
from bus.errors import ConfigurationError

READ_S = 10.0
WRITE_S = 60.0
LOCK_S = 2.0
_UPKEEP_S = 600.0

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
        case "postgresql":
            return _postgres(where, read_s, write_s)
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
    reads = Threads(reading, place, READERS, read_s, names.forget)
    return SqlLog(
        Parts(
            writes=writes,
            reads=reads,
            lookups=reads,
            upkeeps=writes,
            bulk=sqlite.SqliteBulk(),
            upkeep=upkeep,
            names=names,
        )
    )


def _postgres(url: URL, read_s: float, write_s: float) -> SqlLog:
    try:
        from bus.adapters.sql import postgres, postgres_upkeep  # noqa: PLC0415 - extra
    except ImportError as error:
        why = "the log in PostgreSQL needs psycopg: pip install 'orderbus[postgres]'"
        raise ConfigurationError(why) from error
    names, upkeep = Names(), postgres_upkeep.PostgresUpkeep()
    at = f":{url.port}" if url.port else ""
    place = Place(f"{url.host or ''}{at}/{url.database or ''}", str(url.password or ""))

    def failed() -> None:
        names.forget()
        upkeep.forget_days()

    def threads(within_s: float, lock_s: float, use: postgres.Use) -> Threads:
        reads = use is not postgres.Use.WRITES
        many = READERS if reads else 1
        engine = postgres.open_engine(
            url, many, within_s=within_s, lock_s=lock_s, use=use
        )
        errors = (*DRIVER_ERRORS, *postgres.ERRORS)
        return Threads(engine, place, many, within_s, failed, errors, reads)

    return SqlLog(
        Parts(
            writes=threads(write_s, write_s, postgres.Use.WRITES),
            reads=threads(read_s, read_s, postgres.Use.READS),
            lookups=threads(read_s, read_s, postgres.Use.LOOKUPS),
            upkeeps=threads(_UPKEEP_S, LOCK_S, postgres.Use.WRITES),
            bulk=postgres.PostgresBulk(),
            upkeep=upkeep,
            names=names,
        )
    )
