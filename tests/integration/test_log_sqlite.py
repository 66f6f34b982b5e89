"""The log in SQLite: its file, and what may be wrong with it."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event

from bus.adapters.sql import SqlLog, open_log
from bus.errors import ConfigurationError, LogUnavailableError
from bus.log.questions import AttemptQuestion, Paging
from bus.log.retention import Retention
from bus.record import TopicPartition
from tests.contract.log.rows import (
    ATTEMPTS,
    DAY_US,
    NOW_US,
    advances,
    all_pages,
    attempt,
    write,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / "data" / "log.sqlite3"


@pytest.fixture
async def log(path: Path) -> AsyncIterator[SqlLog]:
    """An empty log."""
    log = open_log(f"sqlite:///{path}")
    await log.prepare(NOW_US)
    yield log
    await log.close()


async def _offsets(log: SqlLog) -> list[int]:
    rows = await all_pages(lambda at: log.attempts(AttemptQuestion(), at), 250)
    return sorted(row.at.offset for row in rows)


async def test_nobody_else_may_read_it(log: SqlLog, path: Path) -> None:
    """What partners were sent is nobody's business; nor in what lies beside it."""
    await write(log, attempt(0))
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


async def test_a_full_disk_loses_nothing(log: SqlLog) -> None:
    """The batch is as if it had never been; with room again, it is written."""
    await write(log, attempt(0))
    rows = [attempt(n, detail="x" * 9_000) for n in range(1, 200)]
    with _bounded() as disk:
        disk.full = True
        with pytest.raises(LogUnavailableError, match="full"):
            await log.write(rows, advances(rows, before=1), NOW_US)
        assert await _offsets(log) == [0]
        disk.full = False
        await log.write(rows, advances(rows, before=1), NOW_US)
    assert await _offsets(log) == list(range(200))


@dataclass
class _Disk:
    """While it is full, no file grows."""

    full: bool = False

    def bound(self, connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        most = pages if self.full else 2**30
        connection.execute(f"PRAGMA max_page_count = {most}").fetchall()


@contextmanager
def _bounded() -> Iterator[_Disk]:
    disk = _Disk()
    sqlalchemy_event.listen(Engine, "checkout", disk.bound)
    try:
        yield disk
    finally:
        sqlalchemy_event.remove(Engine, "checkout", disk.bound)


@pytest.fixture
def diary(path: Path) -> Iterator[str]:
    """A file that is no database; it is one afterwards, too."""
    path.parent.mkdir()
    path.write_text("dear diary\n" * 1000)
    yield f"sqlite:///{path}"
    assert path.read_text().startswith("dear diary")


async def test_another_file_is_not_overwritten(diary: str) -> None:
    """It says that it is no database, and where."""
    log = open_log(diary)
    with pytest.raises(ConfigurationError, match="no SQLite database"):
        await log.prepare(NOW_US)
    await log.close()


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    """Before anything is read of Kafka."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        open_log(f"sqlite:///{tmp_path}/file/log.sqlite3")


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://root:hunter2@h/d", "sqlite://", "sqlite:///:memory:"],
)
def test_a_url_that_is_none_is_refused_without_its_password(url: str) -> None:
    """It says what is expected."""
    with pytest.raises(ConfigurationError, match=r"expected|file") as caught:
        open_log(url)
    assert "hunter2" not in str(caught.value)


async def test_asking_before_anything_was_written_says_who_makes_it(
    path: Path,
) -> None:
    """The gateway may be started first."""
    log = open_log(f"sqlite:///{path}")
    with pytest.raises(ConfigurationError, match="the projector makes them"):
        await log.attempts(AttemptQuestion(), Paging())
    await log.close()


async def test_a_newer_versions_tables_are_left_alone(log: SqlLog, path: Path) -> None:
    """An older program says that it is too old."""
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(ConfigurationError, match="a newer version"):
        await log.prepare(NOW_US)


async def test_readers_go_on_while_somebody_writes(log: SqlLog, path: Path) -> None:
    """And a writer waits for another process's transaction."""
    await write(log, attempt(0))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(write(log, attempt(1)))
    assert await _offsets(log) == [0]
    other.execute("COMMIT")
    other.close()
    await writing
    assert await _offsets(log) == [0, 1]


_KILLED = """
import asyncio, os, sys
from bus.adapters.sql import open_log
from tests.contract.log.rows import NOW_US, advances, attempt

async def main():
    log = open_log(sys.argv[1])
    first = int(sys.argv[2])
    while True:
        rows = [attempt(n) for n in range(first, first + 5)]
        await log.write(rows, advances(rows, first or -1), NOW_US)
        first += 5
        print(first, flush=True)

asyncio.run(main())
"""


async def test_a_process_that_is_killed_loses_and_doubles_nothing(
    log: SqlLog, path: Path
) -> None:
    """Whatever it was at, the next one goes on from where the log stands."""
    first = 0
    for _ in range(3):
        command = [sys.executable, "-c", _KILLED, f"sqlite:///{path}", str(first)]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(4):
            await process.stdout.readline()
        process.kill()
        await process.communicate()
        partition = TopicPartition(ATTEMPTS, 0)
        first = (await log.positions([partition]))[partition].next_offset
    assert first >= 60
    assert await _offsets(log) == list(range(first))
    minutes = await log.minutes(None, 0, 2 * NOW_US)
    assert sum(minute.accepted for minute in minutes) == first


async def test_beyond_its_bytes_the_oldest_rows_go(log: SqlLog) -> None:
    """The file gives back what it no longer needs; today stays."""
    details = "x" * 5_000
    rows = [
        attempt(n, started_us=NOW_US - n % 10 * DAY_US, detail=details)
        for n in range(500)
    ]
    await write(log, *rows)
    before = (await log.describe()).bytes
    pruned = await log.prune(Retention(most_bytes=before // 2), NOW_US)
    assert pruned.rows
    assert (await log.describe()).bytes <= before // 2
    left = await _offsets(log)
    assert set(range(0, 500, 10)) <= set(left)
