"""The log, where the settings say it is."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bus.errors import ConfigurationError
from bus.log.retention import Retention
from processors.settings import Settings
from processors.wiring.folders import usable

if TYPE_CHECKING:
    from bus.adapters.sql import SqlLog

FILE = "log.sqlite3"
_SQLITE = "sqlite"


def log_url(settings: Settings) -> str:
    """The URL of the log's database, with what secret it has: never to be shown."""
    if settings.log_url is not None:
        return settings.log_url.get_secret_value()
    return f"sqlite:///{log_file(settings)}"


def log_file(settings: Settings) -> Path:
    """Where the log is if no setting says so."""
    return settings.data_dir.absolute() / FILE


def log_place(settings: Settings) -> str:
    """Where the log is, without any secret."""
    url = log_url(settings)
    if (file := _sqlite_file(url)) != Path():
        return str(file)
    return re.sub(r"//.*@", "//", url).partition("?")[0]


def log_is_there(settings: Settings) -> bool:
    """Whether there is a log to ask: a server's address, or a file."""
    file = _sqlite_file(log_url(settings))
    return file == Path() or file.exists()


def takes_several(settings: Settings) -> bool:
    """Whether several projectors may write it at a time."""
    return not log_url(settings).startswith(_SQLITE)


def _sqlite_file(url: str) -> Path:
    """The file that a URL names; the empty path for a server."""
    found = re.fullmatch(r"sqlite(?:\+[a-z]+)?:///([^?]+)(?:\?.*)?", url)
    return Path(found[1]) if found else Path()


def retention(settings: Settings) -> Retention:
    """How long what is kept."""
    return Retention(
        accepted_days=settings.log_accepted_days,
        days=settings.log_days,
        audit_days=settings.log_audit_days,
        most_bytes=settings.log_most_bytes,
    )


@asynccontextmanager
async def open_log(
    settings: Settings, *, make: bool = False
) -> AsyncIterator["SqlLog"]:
    """Open the log; a file that is not there is made only if asked for.

    Raises:
        ConfigurationError: There is none, or the setting cannot be used.
    """
    # Its library takes longer to import than most commands to run.
    from bus.adapters.sql import open_log as open_sql  # noqa: PLC0415

    file = _sqlite_file(log_url(settings))
    if make and settings.log_url is None:
        usable(file.parent, "--data-dir")
    elif not make and not log_is_there(settings):
        raise ConfigurationError(
            f"there is no log at {file}; `bus run projector` makes it, and "
            "ORDERBUS_LOG_URL names another"
        )
    try:
        log = open_sql(log_url(settings))
    except ConfigurationError as error:
        raise ConfigurationError(f"ORDERBUS_LOG_URL: {error}") from None
    try:
        yield log
    finally:
        await log.close()
