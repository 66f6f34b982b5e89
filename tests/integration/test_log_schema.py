"""The tables that queries know are those that the migrations make."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from bus.adapters.sql import open_log
from bus.adapters.sql.tables import METADATA
from tests.contract.log.rows import NOW_US, attempt, event, write
from tests.support.postgres import PostgresUnderTest


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the log is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/log.sqlite3"
    server: PostgresUnderTest = request.getfixturevalue("postgres")
    return server.database()


async def test_the_migrations_make_what_queries_know(url: str) -> None:
    """Every column of every table, with its type; and migrating again does nothing."""
    log = open_log(url)
    await log.prepare(NOW_US)
    await write(log, event(0), attempt(0))
    await log.prepare(NOW_US)
    assert await log.event(event(0).event_id) == [event(0)]
    await log.close()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert _differences(connection) == []
    engine.dispose()


def _differences(connection: Connection) -> list[object]:
    known = {*METADATA.tables, "alembic_version"}
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": _of_ours(known)}
    )
    return [
        found
        for found in compare_metadata(context, METADATA)
        if "index" not in str(found[0])
    ]


def _of_ours(known: set[str]) -> object:
    """Days are tables of PostgreSQL's own making here, and not compared."""

    def wanted(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name in known

    return wanted
