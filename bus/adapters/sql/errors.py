"""What databases and their drivers raise, and what it means to us: one table."""

import sqlite3

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bus.delivery.headers import printable
from bus.errors import (
    ConfigurationError,
    LogRefusedError,
    LogUnavailableError,
    OrderbusError,
)

# SQLSTATEs, whole or by class, that a person has to do something about.
_MEND = {
    "28": "the database refuses the user or the password",
    "3D": "there is no such database",
    "42501": "the database user lacks a privilege",
    "3F": "there is no such schema",
    "42P01": "the log's tables are not there; the projector makes them at its start",
    "42703": "the log's tables are of another version",
}
# What stands in a row, whatever its fault: 22 data, 23 constraint, 54 limits.
_REFUSED = ("22", "23", "54")

# libpq has no SQLSTATE for a connection that fails, SQLite none at all: by words.
_MEND_WORDS = {
    "authentication failed": _MEND["28"],
    "no password supplied": "the database asks for a password",
    "no pg_hba.conf entry": "the database takes no connection of this user from here",
    "is not permitted to log in": _MEND["28"],
    "does not exist": "there is no such database or user",
    "file is not a database": "the file is no SQLite database",
    "readonly database": "the file may not be written",
    "unable to open database file": "the file cannot be opened",
    "no such table": _MEND["42P01"],
    "no such column": _MEND["42703"],
}
_REFUSED_WORDS = ("too big", "datatype mismatch", "constraint failed")

DRIVER_ERRORS = (SQLAlchemyError, CommandError, sqlite3.Error, OSError)


def translated(error: Exception, place: str, secret: str = "") -> OrderbusError:
    """Return what an error means; `place` names the database, `secret` is left out."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = printable(" ".join(str(cause).split()))
    if secret:
        said = said.replace(secret, "***")
    told = f"the log at {place}"
    if isinstance(error, CommandError):
        return ConfigurationError(f"{told}: it was made by a newer version ({said})")
    state = str(getattr(cause, "sqlstate", None) or "")
    if mend := _meaning(state, said):
        return ConfigurationError(f"{told}: {mend} ({said})")
    if state.startswith(_REFUSED) or (not state and _any(_REFUSED_WORDS, said)):
        return LogRefusedError(f"{told} does not take a row: {said}")
    return LogUnavailableError(f"{told} gives no answer: {said}")


def _meaning(state: str, said: str) -> str:
    for sqlstate, meaning in _MEND.items():
        if state.startswith(sqlstate):
            return meaning
    return next((why for words, why in _MEND_WORDS.items() if words in said), "")


def _any(words: tuple[str, ...], said: str) -> bool:
    return any(one in said for one in words)
