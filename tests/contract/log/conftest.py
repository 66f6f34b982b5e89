"""Every law of the log is checked in memory, in SQLite and in PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bus.adapters.memory import MemoryLog
from bus.adapters.sql import SqlLog, open_log
from tests.contract.log.rows import NOW_US
from tests.support.postgres import PostgresUnderTest


@pytest.fixture(scope="session")
def database(postgres: PostgresUnderTest) -> str:
    """One database for all of them: making its tables takes longer than a test."""
    return postgres.database()


@pytest.fixture(
    params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """Where the log is; None for the one in memory."""
    if request.param == "memory":
        return None
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/log.sqlite3"
    database: str = request.getfixturevalue("database")
    return database


@pytest.fixture
async def log(url: str | None) -> AsyncIterator[MemoryLog | SqlLog]:
    """An empty log, ready to be written."""
    log = open_log(url) if url else MemoryLog()
    await log.prepare(NOW_US)
    await log.clear()
    yield log
    await log.close()


@pytest.fixture
async def other(
    log: MemoryLog | SqlLog, url: str | None
) -> AsyncIterator[MemoryLog | SqlLog]:
    """The same log, as another process has it open."""
    other = open_log(url) if url else log
    yield other
    await other.close()
