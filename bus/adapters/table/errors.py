"""What databases and their drivers raise, and what it means to who reads a table."""

import sqlite3
from collections.abc import Iterable

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bus.delivery.headers import printable
from bus.errors import TableUnavailableError

# SQLSTATEs, whole or by class, that a person has to do something about.
_MEND = {
    "25006": "the statement would write, and only reading is allowed",
    "28": "the database refuses the user or the password",
    "3D": "there is no such database",
    "42501": "the database user lacks a privilege",
    "42P01": "the statement names a table that is not there",
    "42703": "the statement, or --by, names a column that is not there",
    "42601": "the statement is no SELECT that can stand in brackets",
    "57014": "the statement took too long",
}
_MEND_WORDS = {
    "authentication failed": _MEND["28"],
    "no password supplied": "the database asks for a password",
    "could not translate host name": "the database's host has no address",
    "file is not a database": "the file is no SQLite database",
    "unable to open database file": "the file cannot be opened",
    "readonly database": _MEND["25006"],
    "no such table": _MEND["42P01"],
    "no such column": _MEND["42703"],
    "syntax error": _MEND["42601"],
}
DRIVER_ERRORS = (SQLAlchemyError, sqlite3.Error, OSError)


def translated(
    error: Exception, place: str, secrets: Iterable[str]
) -> TableUnavailableError:
    """Return what it means; `place` names the database, `secrets` are left out."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = printable(" ".join(str(cause).split()))
    for secret in secrets:
        said = said.replace(secret, "***")
    state = str(getattr(cause, "sqlstate", None) or "")
    meaning = next((why for known, why in _MEND.items() if state.startswith(known)), "")
    meaning = meaning or next((w for k, w in _MEND_WORDS.items() if k in said), "")
    return TableUnavailableError(f"{place}: {meaning or 'no answer'} ({said})")
