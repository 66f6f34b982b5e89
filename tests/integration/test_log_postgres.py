"""The log in PostgreSQL when its server hangs, dies, refuses, or is cleaned up."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import psycopg
import pytest

from bus.adapters.sql import SqlLog, open_log
from bus.adapters.sql.locks import DAYS, MIGRATING
from bus.adapters.sql.opening import LOCK_S
from bus.errors import ConfigurationError, LogUnavailableError
from bus.log.questions import AttemptQuestion
from bus.log.retention import Retention
from bus.record import TopicPartition
from tests.contract.log.rows import (
    ATTEMPTS,
    DAY_US,
    NOW_US,
    advances,
    all_pages,
    attempt,
    event,
    write,
)
from tests.support.bus import wait_until
from tests.support.pace import patience
from tests.support.postgres import PASSWORD, PostgresUnderTest

pytestmark = pytest.mark.postgres
Opens = Callable[..., SqlLog]
_TP = TopicPartition(ATTEMPTS, 0)
# Since when one waits is told from PostgreSQL 14 on, the oldest that is taken.
_WAITS = b"""
    SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'advisory'
    AND now() - waitstart > %s * interval '1 s'
"""


@pytest.fixture
def url(postgres: PostgresUnderTest) -> str:
    """A new database."""
    return postgres.database()


@pytest.fixture
async def opens() -> AsyncIterator[Opens]:
    """Opens logs as `open_log` does; they are closed however the test ends."""
    async with AsyncExitStack() as stack:

        def opened(url: str, **limits: float) -> SqlLog:
            log = open_log(url, **limits)
            stack.push_async_callback(log.close)
            return log

        yield opened


@pytest.fixture
async def log(url: str, opens: Opens) -> SqlLog:
    """An empty log."""
    log = opens(url)
    await log.prepare(NOW_US)
    return log


async def _offsets(log: SqlLog) -> list[int]:
    rows = await all_pages(lambda at: log.attempts(AttemptQuestion(), at), 250)
    return sorted(row.at.offset for row in rows)


@contextmanager
def _stopped(url: str) -> Iterator[None]:
    """The server's processes for our connections stand still."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'orderbus-log' "
            "AND datname = current_database()"
        ).fetchall()
    for (pid,) in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for (pid,) in found:
            os.kill(pid, signal.SIGCONT)


async def test_a_server_that_hangs_is_given_up(url: str, opens: Opens) -> None:
    """Its connections are cut; on new ones it goes on, with nothing twice."""
    within_s = patience(4)
    log = opens(url, read_s=within_s, write_s=within_s)
    await log.prepare(NOW_US)
    await write(log, attempt(0))
    await log.read_to_us()
    rows = [attempt(1)]
    with _stopped(url):
        with pytest.raises(LogUnavailableError, match="no answer in"):
            await log.write(rows, advances(rows, before=1), NOW_US)
        with pytest.raises(LogUnavailableError, match="no answer in"):
            await log.read_to_us()
        await log.write(rows, advances(rows, before=1), NOW_US)
    assert await _offsets(log) == [0, 1]


async def test_a_server_that_takes_no_connection_is_given_up(
    url: str, opens: Opens, postgres: PostgresUnderTest
) -> None:
    """Frozen while connecting: that, too, has a deadline."""
    log = opens(f"{url}?connect_timeout=2")
    postgres.freeze()
    try:
        with pytest.raises(LogUnavailableError):
            await log.prepare(NOW_US)
    finally:
        postgres.thaw()
    await log.prepare(NOW_US)


async def test_a_server_that_is_killed_loses_and_doubles_nothing(
    log: SqlLog, postgres: PostgresUnderTest
) -> None:
    """Whatever batch it dies in, the owner goes on from where the log stands."""
    number = 0
    for _ in range(3):
        writing = asyncio.create_task(_write_until_it_fails(log, number))
        while (await _next(log)) < number + 20:
            assert not writing.done()
        await asyncio.to_thread(postgres.kill)
        await writing
        await asyncio.to_thread(postgres.start)
        number = await _next(log)
    assert await _offsets(log) == list(range(number))
    minutes = await log.minutes(None, 0, 2 * NOW_US)
    assert sum(minute.accepted for minute in minutes) == number


async def _next(log: SqlLog) -> int:
    stands = await log.positions([_TP])
    return stands[_TP].next_offset if _TP in stands else 0


async def _write_until_it_fails(log: SqlLog, first: int) -> None:
    try:
        while True:
            rows = [attempt(n) for n in range(first, first + 5)]
            before = first or -1
            await log.write(rows, advances(rows, before), NOW_US)
            first += 5
    except LogUnavailableError:
        return


@pytest.mark.parametrize(
    "change",
    [
        (PASSWORD, "a-wrong-password"),
        ("orderbus:", "nobody:"),
        ("/test_", "/no_test_"),
    ],
    ids=["password", "user", "database"],
)
async def test_what_a_person_has_to_mend_is_said_without_the_password(
    url: str, opens: Opens, change: tuple[str, str]
) -> None:
    """Where it is, what is wrong, and no secret."""
    with pytest.raises(ConfigurationError) as caught:
        await opens(url.replace(*change)).prepare(NOW_US)
    assert "127.0.0.1" in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert "a-wrong-password" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
async def test_a_server_that_is_not_there_may_come(
    url: str, opens: Opens, host: str
) -> None:
    """No mistake of a setting: it is being restarted, or names are not resolved."""
    at = url.index("127.0.0.1:")
    elsewhere = f"{url[:at]}{host}{url[url.index('/', at) :]}"
    log = opens(elsewhere)
    with pytest.raises(LogUnavailableError, match=f"the log at {host}") as caught:
        await log.prepare(NOW_US)
    assert PASSWORD not in str(caught.value)


async def test_who_may_only_read_asks_and_does_not_write(
    log: SqlLog, url: str, opens: Opens
) -> None:
    """The gateway's user needs no more than SELECT."""
    await write(log, event(0), attempt(0))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"DROP ROLE IF EXISTS reader")
        connection.execute(b"CREATE ROLE reader LOGIN PASSWORD 'r-e-a-d'")
        connection.execute(b"GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    reader = opens(url.replace(f"orderbus:{PASSWORD}", "reader:r-e-a-d"))
    assert await _offsets(reader) == [0]
    assert await reader.event(event(0).event_id) == [event(0)]
    assert (await reader.describe()).positions
    with pytest.raises(ConfigurationError, match="lacks a privilege"):
        await write(reader, attempt(1))


async def test_two_that_prepare_at_once_both_may(url: str, opens: Opens) -> None:
    """One makes the tables, the other one waits for it."""
    logs = [opens(url) for _ in range(3)]
    await asyncio.gather(*(log.prepare(NOW_US) for log in logs))
    await write(logs[0], attempt(0))
    assert await _offsets(logs[1]) == [0]


@pytest.mark.parametrize("held", [MIGRATING, DAYS], ids=["tables", "days"])
async def test_preparing_waits_for_another_as_long_as_it_takes(
    held: int, url: str, opens: Opens
) -> None:
    """Longer than for a table's lock, while which others would be held up."""
    log = opens(url)
    with (
        psycopg.connect(url) as other,
        psycopg.connect(url, autocommit=True) as looking,
    ):
        other.execute(f"SELECT pg_advisory_lock({held})".encode())
        preparing = asyncio.create_task(log.prepare(NOW_US))

        def waits() -> bool:
            assert not preparing.done()
            return looking.execute(_WAITS, [LOCK_S + 0.5]).fetchone() is not None

        await wait_until(waits, 30, "it waits for the one that holds the lock")
        other.execute(f"SELECT pg_advisory_unlock({held})".encode())
    await preparing


async def test_a_day_that_somebody_reads_goes_later(log: SqlLog, url: str) -> None:
    """It is left half detached, which the next one finishes; writes go on."""
    old = attempt(0, started_us=NOW_US - 20 * DAY_US)
    await write(log, old)
    with psycopg.connect(url) as reader:
        reader.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute(b"SELECT count(*) FROM attempt")
        pruning = asyncio.create_task(log.prune(Retention(accepted_days=14), NOW_US))
        while not _pending(url):
            assert not pruning.done()
            await write(log, attempt(await _next(log)))
        pruned = await pruning
        assert not [day for day in pruned.days if day.startswith("attempt_accepted")]
    await log.prune(Retention(accepted_days=14), NOW_US)
    assert not _pending(url)
    assert 0 not in await _offsets(log)
    assert "attempt_accepted_20261108" not in _tables(url)
    await write(log, attempt(await _next(log), started_us=old.started_us))
    assert "attempt_accepted_20261108" in _tables(url)


async def test_a_day_that_another_one_removed_is_made_again(
    log: SqlLog, url: str, opens: Opens
) -> None:
    """A process remembers which days there are; it looks again when it is wrong."""
    old_us = NOW_US - 20 * DAY_US
    await write(log, attempt(0, started_us=old_us))
    await opens(url).prune(Retention(accepted_days=14), NOW_US)
    await write(log, attempt(1, started_us=old_us))
    assert await _offsets(log) == [1]


async def test_beyond_its_bytes_the_oldest_days_go(log: SqlLog) -> None:
    """As many as have to; today stays whatever it takes."""
    rows = [attempt(n, started_us=NOW_US - n * DAY_US) for n in range(6)]
    await write(log, *rows)
    await log.prune(Retention(most_bytes=1), NOW_US)
    assert await _offsets(log) == [0]


def _pending(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(b"SELECT 1 FROM pg_inherits WHERE inhdetachpending")
        return found.fetchone() is not None


def _tables(url: str) -> set[str]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(b"SELECT relname FROM pg_class WHERE relkind = 'r'")
        return {name for (name,) in found}
