"""What is executed outside of a transaction is refused: it would stand for itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bus.errors import ConfigurationError
from tests.contract.outbox.conftest import driver_url
from tests.contract.outbox.test_ways import (
    EVENT,
    INBOX,
    OUTBOX,
    Oms,
    Open,
    plain_psycopg,
)
from tests.support.postgres import PostgresUnderTest


@contextmanager
def alchemy_alone(url: str) -> Iterator[object]:
    """An engine whose connections commit every statement."""
    engine = create_engine(driver_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, Session(connection) as opened:
        yield opened if "sqlite" in url else connection
    engine.dispose()


@contextmanager
def sqlite_alone(url: str) -> Iterator[sqlite3.Connection]:
    """Python's driver, told to leave transactions alone."""
    file = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None)) as opened:
        yield opened


@contextmanager
def psycopg_alone(url: str) -> Iterator["psycopg.Connection[object]"]:
    """PostgreSQL's driver, told so."""
    with psycopg.connect(url, autocommit=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "alone"),
    [
        ("sqlite", alchemy_alone),
        ("sqlite", sqlite_alone),
        pytest.param("postgres", alchemy_alone, marks=pytest.mark.postgres),
        pytest.param("postgres", psycopg_alone, marks=pytest.mark.postgres),
    ],
)
def test_autocommit_is_refused(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, alone: Open
) -> None:
    """An event without its transaction, or a mark without its effect, helps nobody."""
    url = f"sqlite:///{tmp_path}/oms.sqlite3"
    if kind == "postgres":
        server: PostgresUnderTest = request.getfixturevalue("postgres")
        url = server.database()
    oms = Oms(url, alone)
    with oms.begin() as connection:
        with pytest.raises(ConfigurationError, match="begin a transaction"):
            OUTBOX.add(connection, EVENT.type, EVENT.data)
        with pytest.raises(ConfigurationError, match="begin a transaction"):
            INBOX.first(connection, EVENT)
    oms.engine.dispose()


def test_transactions_that_are_begun_by_hand(tmp_path: Path) -> None:
    """Are as good as any."""
    oms = Oms(f"sqlite:///{tmp_path}/oms.sqlite3", sqlite_alone)
    with sqlite_alone(oms.url) as connection:
        connection.execute("BEGIN IMMEDIATE")
        OUTBOX.add(connection, EVENT.type, EVENT.data)
        connection.execute("COMMIT")
    assert len(oms.rows()) == 1
    oms.engine.dispose()


@pytest.mark.postgres
async def test_awaited_autocommit_is_refused(postgres: PostgresUnderTest) -> None:
    """With `_async` as without."""
    oms = Oms(postgres.database(), plain_psycopg)
    opening = psycopg.AsyncConnection.connect(oms.url, autocommit=True)
    async with await opening as connection:
        with pytest.raises(ConfigurationError, match="begin a transaction"):
            await INBOX.first_async(connection, EVENT)
        async with connection.transaction():
            assert await INBOX.first_async(connection, "another")
    oms.engine.dispose()
