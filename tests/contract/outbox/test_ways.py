"""Outbox and inbox work through every connection that is named, in its transaction."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine, MetaData, create_engine, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from bus import Inbox, Outbox
from bus.errors import ConfigurationError, InvalidEventError
from bus.samples.lifecycles import sample
from tests.contract.outbox.conftest import driver_url
from tests.support.postgres import PostgresUnderTest

EVENT = sample("order.created", 1, datetime(2026, 11, 23, 12, tzinfo=UTC))
OUTBOX, INBOX = Outbox(), Inbox("billing")
Open = Callable[[str], AbstractContextManager[object]]


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    """An engine, closed after it."""
    engine = create_engine(driver_url(url))
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def alchemy(url: str) -> Iterator[Connection]:
    """A connection of SQLAlchemy, in a transaction."""
    with engine_of(url) as engine, engine.begin() as connection:
        yield connection


@contextmanager
def session(url: str) -> Iterator[Session]:
    """A session of SQLAlchemy's ORM."""
    with engine_of(url) as engine, Session(engine) as opened, opened.begin():
        yield opened


@contextmanager
def scoped(url: str) -> Iterator[object]:
    """A session that frameworks hold for each request."""
    with engine_of(url) as engine:
        found = scoped_session(sessionmaker(engine))
        try:
            yield found
            found.commit()
        finally:
            found.remove()


@contextmanager
def plain_sqlite(url: str) -> Iterator[sqlite3.Connection]:
    """Python's own driver."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as opened, opened:
        yield opened


@contextmanager
def plain_psycopg(url: str) -> Iterator["psycopg.Connection[object]"]:
    """PostgreSQL's driver."""
    with psycopg.connect(url) as opened:
        yield opened


LITE = {"alchemy": alchemy, "session": session, "scoped": scoped, "own": plain_sqlite}
FULL = {**LITE, "own": plain_psycopg}
WAYS = [
    *(pytest.param(f"sqlite {way}") for way in LITE),
    *(pytest.param(f"postgres {way}", marks=pytest.mark.postgres) for way in FULL),
]


class Oms:
    """A database with both tables, and one way to a transaction in it."""

    def __init__(self, url: str, way: Open) -> None:
        self.url = url
        self.engine: Engine = create_engine(driver_url(url))
        self._way = way
        metadata = MetaData()
        OUTBOX.table(metadata)
        INBOX.table(metadata)
        metadata.create_all(self.engine)

    def begin(self) -> AbstractContextManager[object]:
        """A transaction; ends with the block."""
        return self._way(self.url)

    def rows(self, table: str = "orderbus_outbox") -> list[tuple[object, ...]]:
        """What is committed."""
        with self.engine.connect() as connection:
            chosen = text(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - ours
            found = connection.execute(chosen)
            return [tuple(row) for row in found]


@contextmanager
def rolled_back(oms: Oms) -> Iterator[object]:
    """A transaction that fails in the end."""
    with suppress(ZeroDivisionError), oms.begin() as connection:
        yield connection
        raise ZeroDivisionError


@pytest.fixture(params=WAYS)
def oms(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Oms]:
    """An OMS's database, reached in one of the ways."""
    kind, way = str(request.param).split(" ")
    if kind == "sqlite":
        made = Oms(f"sqlite:///{tmp_path}/oms.sqlite3", LITE[way])
    else:
        server: PostgresUnderTest = request.getfixturevalue("postgres")
        made = Oms(server.database(), FULL[way])
    yield made
    made.engine.dispose()


def test_an_event_is_there_when_its_transaction_is(oms: Oms) -> None:
    """Once, under the id that `add` returned; one that is rolled back never was."""
    with oms.begin() as connection:
        event = OUTBOX.add(connection, EVENT.type, EVENT.data)
    with rolled_back(oms) as connection:
        OUTBOX.add(connection, EVENT.type, EVENT.data, event_id="never")
    (row,) = oms.rows()
    assert row[1:5] == (event.id, EVENT.type, event.source, EVENT.subject)


def test_a_refused_event_leaves_the_transaction_as_it_was(oms: Oms) -> None:
    """Nothing was sent to the database: it goes on, and can be committed."""
    with oms.begin() as connection:
        OUTBOX.add(connection, EVENT.type, EVENT.data, event_id="before")
        with pytest.raises(InvalidEventError):
            OUTBOX.add(connection, EVENT.type, {**EVENT.data, "status": 7})
        OUTBOX.add(connection, EVENT.type, EVENT.data, event_id="after")
    assert [row[1] for row in oms.rows()] == ["before", "after"]


def test_an_event_takes_effect_once(oms: Oms) -> None:
    """The second time it is no first; after a rollback it is again."""
    with rolled_back(oms) as connection:
        assert INBOX.first(connection, EVENT)
    with oms.begin() as connection:
        assert INBOX.first(connection, EVENT)
        assert not INBOX.first(connection, EVENT)
        assert Inbox("shipping").first(connection, EVENT.webhook_id)
    with oms.begin() as connection:
        assert not INBOX.first(connection, EVENT.webhook_id)


def test_what_was_seen_long_ago_is_forgotten(oms: Oms) -> None:
    """By its own consumer alone."""
    with oms.begin() as connection:
        INBOX.first(connection, EVENT)
        Inbox("shipping").first(connection, EVENT)
    with oms.begin() as connection:
        assert INBOX.forget(connection) == 0
        assert INBOX.forget(connection, older_than=timedelta(hours=1)) == 0
    with oms.engine.begin() as connection:
        old = "UPDATE orderbus_inbox SET seen_at = '2026-01-01 00:00:00.000'"
        connection.execute(text(old))
    with oms.begin() as connection:
        assert INBOX.forget(connection) == 1
    assert [row[0] for row in oms.rows("orderbus_inbox")] == ["shipping"]


@pytest.mark.postgres
def test_transactions_of_one_order_take_turns(postgres: PostgresUnderTest) -> None:
    """So that its numbers are in the order of commits; other orders do not wait."""
    oms = Oms(postgres.database(), plain_psycopg)
    other = sample("order.created", 2, EVENT.time)
    added = threading.Event()

    def second() -> None:
        with oms.begin() as connection:
            OUTBOX.add(connection, EVENT.type, EVENT.data, event_id="second")
            added.set()

    thread = threading.Thread(target=second)
    with psycopg.connect(oms.url) as watching, oms.begin() as connection:
        OUTBOX.add(connection, EVENT.type, EVENT.data, event_id="first")
        thread.start()
        _until_somebody_waits(watching)
        assert not added.is_set()
        with oms.begin() as free:
            OUTBOX.add(free, other.type, other.data, event_id="free")
        assert [row[1] for row in oms.rows()] == ["free"]
    thread.join()
    order = [row[1] for row in oms.rows()]
    assert order.index("first") < order.index("second")
    oms.engine.dispose()


@pytest.mark.postgres
def test_they_need_not_take_turns(postgres: PostgresUnderTest) -> None:
    """Where the order's own row is locked anyway."""
    oms = Oms(postgres.database(), plain_psycopg)
    outbox = Outbox(in_turn=False)
    with oms.begin() as one, oms.begin() as two:
        outbox.add(one, EVENT.type, EVENT.data)
        outbox.add(two, EVENT.type, EVENT.data)
    assert len(oms.rows()) == 2
    oms.engine.dispose()


@pytest.mark.postgres
def test_of_two_at_once_one_takes_effect(postgres: PostgresUnderTest) -> None:
    """The second waits for the first, and is none; or it is, if that one fails."""
    oms = Oms(postgres.database(), plain_psycopg)
    answers: list[bool] = []

    def second(event_id: str) -> None:
        with oms.begin() as connection:
            answers.append(INBOX.first(connection, event_id))

    for event_id, commits in (("a", True), ("b", False)):
        thread = threading.Thread(target=second, args=(event_id,))
        with psycopg.connect(oms.url) as watching, psycopg.connect(oms.url) as first:
            assert INBOX.first(first, event_id)
            thread.start()
            _until_somebody_waits(watching)
            if commits:
                first.commit()
            else:
                first.rollback()
            thread.join()
    assert answers == [False, True]
    oms.engine.dispose()


def _until_somebody_waits(watching: "psycopg.Connection[tuple[object, ...]]") -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    watching.autocommit = True
    while watching.execute(waiting).fetchone() == (0,):
        pass


@pytest.mark.postgres
async def test_psycopgs_awaited_connections(postgres: PostgresUnderTest) -> None:
    """Through the methods with `_async`; the others say so."""
    oms = Oms(postgres.database(), plain_psycopg)
    async with await psycopg.AsyncConnection.connect(oms.url) as connection:
        event = await OUTBOX.add_async(connection, EVENT.type, EVENT.data)
        assert await INBOX.first_async(connection, event)
        assert not await INBOX.first_async(connection, event)
        assert await INBOX.forget_async(connection) == 0
        with pytest.raises(TypeError, match="_async"):
            OUTBOX.add(connection, EVENT.type, EVENT.data)
    assert [row[1] for row in oms.rows()] == [event.id]
    oms.engine.dispose()


@pytest.mark.postgres
async def test_sqlalchemys_awaited_connections(postgres: PostgresUnderTest) -> None:
    """Connections and sessions; they need `greenlet`, which is no part of the bus."""
    pytest.importorskip("greenlet", reason="greenlet is not installed")
    from sqlalchemy.ext.asyncio import (  # noqa: PLC0415 - needs greenlet
        AsyncSession,
        create_async_engine,
    )

    oms = Oms(postgres.database(), plain_psycopg)
    engine = create_async_engine(driver_url(oms.url))
    async with engine.begin() as connection:
        await OUTBOX.add_async(connection, EVENT.type, EVENT.data, event_id="1")
        assert await INBOX.first_async(connection, EVENT)
        with pytest.raises(TypeError, match="_async"):
            OUTBOX.add(connection, EVENT.type, EVENT.data)
    async with AsyncSession(engine) as opened, opened.begin():
        await OUTBOX.add_async(opened, EVENT.type, EVENT.data, event_id="2")
        assert not await INBOX.first_async(opened, EVENT)
    assert [row[1] for row in oms.rows()] == ["1", "2"]
    await engine.dispose()
    oms.engine.dispose()


async def test_what_is_no_connection_is_refused(tmp_path: Path) -> None:
    """With what is expected; one that is not awaited, by the methods that do."""
    with pytest.raises(ConfigurationError, match="psycopg or sqlite3"):
        OUTBOX.add(object(), EVENT.type, EVENT.data)
    oms = Oms(f"sqlite:///{tmp_path}/oms.sqlite3", plain_sqlite)
    with oms.begin() as connection, pytest.raises(TypeError, match="without _async"):
        await OUTBOX.add_async(connection, EVENT.type, EVENT.data)
    await asyncio.to_thread(oms.engine.dispose)
