"""What a database's error means."""

import sqlite3

import pytest
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError, ProgrammingError

from bus.adapters.sql.errors import translated
from bus.errors import ConfigurationError, LogRefusedError, LogUnavailableError


class _OfServer(Exception):  # noqa: N818 - as psycopg names its own
    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"the server says {sqlstate}, secret: hunter2")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "meaning"),
    [
        ("28P01", ConfigurationError),  # password
        ("3D000", ConfigurationError),  # database
        ("42501", ConfigurationError),  # privilege
        ("42P01", ConfigurationError),  # table
        ("22021", LogRefusedError),  # characters
        ("23502", LogRefusedError),  # constraint
        ("54000", LogRefusedError),  # too large
        ("53100", LogUnavailableError),  # disk full
        ("57014", LogUnavailableError),  # timeout
        ("40P01", LogUnavailableError),  # deadlock
        ("55P03", LogUnavailableError),  # lock
        ("", LogUnavailableError),
    ],
)
def test_a_state_of_the_server_has_its_meaning(
    sqlstate: str, meaning: type[Exception]
) -> None:
    """Raised by the driver or through SQLAlchemy; the secret never shows."""
    raw = _OfServer(sqlstate)
    for error in (raw, ProgrammingError("SELECT 1", {}, raw)):
        told = translated(error, "db:5432/log", "hunter2")
        assert type(told) is meaning
        assert str(told).startswith("the log at db:5432/log")
        assert "hunter2" not in str(told)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("file is not a database", ConfigurationError),
        ("attempt to write a readonly database", ConfigurationError),
        ("no such table: event", ConfigurationError),
        ("string or blob too big", LogRefusedError),
        ("database is locked", LogUnavailableError),
        ("database or disk is full", LogUnavailableError),
        ("disk I/O error", LogUnavailableError),
    ],
)
def test_sqlite_is_known_by_its_words(words: str, meaning: type[Exception]) -> None:
    """It has no states."""
    error = OperationalError("SELECT 1", {}, sqlite3.OperationalError(words))
    assert type(translated(error, "log.sqlite3")) is meaning


def test_a_step_that_is_not_known_is_of_a_newer_version() -> None:
    """Whoever goes back a version is told so."""
    told = translated(CommandError("Can't locate revision"), "log.sqlite3")
    assert isinstance(told, ConfigurationError)
    assert "newer version" in str(told)
