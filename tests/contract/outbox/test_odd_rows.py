"""A row that somebody wrote by hand costs itself, not the outbox."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from bus.adapters.outbox.store import open_outbox
from tests.contract.outbox.conftest import TABLE, driver_url, entry, on_database
from tests.support.postgres import PostgresUnderTest

_ODD = text(
    f"INSERT INTO {TABLE} (event_id, event_type, source, order_id, data, added_at)"  # noqa: S608 - ours
    " VALUES ('odd', 'order.x', '/oms', :order_id, '{}', :added_at)"
)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _add(engine: Engine, order_id: object, added_at: object) -> None:
    with engine.begin() as connection:
        connection.execute(_ODD, {"order_id": order_id, "added_at": added_at})


async def _holds(url: str) -> None:
    """All that is asked of an outbox is answered; the row that is right comes."""
    store = open_outbox(url, TABLE)
    try:
        rows = await store.fetch(10, (), ())
        assert [row.entry.event_id for row in rows] == ["good", "odd"]
        assert {type(row.entry.order_id) for row in rows} == {str}
        assert (await store.backlog()).pending == 2
        assert (await store.look(10)).backlog.pending == 2
        assert await store.prune(_LONG_AGO) == 0
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("order_id", "added_at"),
    [
        (b"\xff", "2026-11-28 06:21:33.814"),
        ("b", "junk"),
        ("b", 1_700_000_000),
        ("b", "2026-11-28T06:21:33Z"),
        ("b", "9999-12-31T23:59:59-23:00"),
    ],
)
async def test_in_sqlite(tmp_path: Path, order_id: object, added_at: object) -> None:
    """Which keeps what it is given, whatever the column's type."""
    url = f"sqlite:///{tmp_path}/oms.sqlite3"
    engine = create_engine(url)
    world = on_database(url, engine)
    world.add(entry("a", "good"))
    _add(engine, order_id, added_at)
    engine.dispose()
    await _holds(url)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "added_at", ["infinity", "-infinity", "0044-03-15 BC", "20000-01-01"]
)
async def test_in_postgresql(postgres: PostgresUnderTest, added_at: str) -> None:
    """Which has times that Python has not."""
    url = postgres.database()
    engine = create_engine(driver_url(url))
    world = on_database(url, engine)
    world.add(entry("a", "good"))
    _add(engine, "b", added_at)
    engine.dispose()
    await _holds(url)


@pytest.mark.postgres
async def test_dates_of_another_style(postgres: PostgresUnderTest) -> None:
    """How the server likes to write dates changes nothing."""
    url = postgres.database()
    engine = create_engine(driver_url(url))
    with engine.connect() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        style = f"ALTER DATABASE {name} SET DateStyle = 'SQL, DMY'"
        connection.execute(text(style))
        connection.commit()
    world = on_database(url, engine)
    world.add(entry("a", "good"))
    engine.dispose()
    store = open_outbox(url, TABLE)
    oldest = (await store.backlog()).oldest
    await store.close()
    assert oldest is not None
    assert abs(oldest - datetime.now(UTC)) < timedelta(minutes=5)
