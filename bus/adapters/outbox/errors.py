"""What databases and their drivers raise, and what it means to us: one table."""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bus.delivery.headers import printable
from bus.errors import OutboxUnavailableError

_MAKE = "the table is not there; make it: bus outbox ddl"
# SQLSTATEs, whole or by class, that a person has to do something about.
_MEND = {
    "28": "the database refuses the user or the password",
    "3D": "there is no such database",
    "3F": "there is no such schema",
    "42501": "the database user lacks a privilege",
    "42P01": _MAKE,
    "42703": "the table is another one than `bus outbox ddl` prints",
}
# libpq has no SQLSTATE for a connection that fails, SQLite none at all: by words.
_MEND_WORDS = {
    "authentication failed": _MEND["28"],
    "no password supplied": "the database asks for a password",
    "no pg_hba.conf entry": "the database takes no connection of this user from here",
    "is not permitted to log in": _MEND["28"],
    "could not translate host name": "the database's host has no address",
    "file is not a database": "the file is no SQLite database",
    "readonly database": "the file may not be written",
    "unable to open database file": "the file cannot be opened",
    "no such table": _MAKE,
    "no such column": _MEND["42703"],
}

DRIVER_ERRORS = (SQLAlchemyError, sqlite3.Error, OSError)


def translated(
    error: Exception, place: str, secret: str = ""
) -> OutboxUnavailableError:
    """Return what an error means; `place` names the database, `secret` is left out."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = printable(" ".join(str(cause).split()))
    if secret:
        said = said.replace(secret, "***")
    state = str(getattr(cause, "sqlstate", None) or "")
    meaning = next((why for known, why in _MEND.items() if state.startswith(known)), "")
    meaning = meaning or next((w for k, w in _MEND_WORDS.items() if k in said), "")
    if meaning:
        return OutboxUnavailableError(f"the outbox at {place}: {meaning} ({said})")
    return OutboxUnavailableError(f"the outbox at {place} gives no answer: {said}")
