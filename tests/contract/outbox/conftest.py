"""Every law of an outbox is checked in memory, in SQLite and in PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, create_engine

from bus.adapters.memory import MemoryOutbox, MemoryTable
from bus.adapters.outbox.names import table_name
from bus.adapters.outbox.statements import adding
from bus.adapters.outbox.store import SqlOutbox, open_outbox
from bus.adapters.outbox.tables import outbox_table
from bus.adapters.outbox.using import run
from bus.outbox.rows import Entry
from tests.support.postgres import PostgresUnderTest

TABLE = "orderbus_outbox"


def entry(order_id: str, event_id: str = "e", event_type: str = "order.x") -> Entry:
    """An event of an order."""
    return Entry(event_id, event_type, "/oms", order_id, "{}", None)


def driver_url(url: str) -> str:
    """The URL as SQLAlchemy names our driver."""
    return url.replace("postgresql://", "postgresql+psycopg://")


@dataclass
class World:
    """An outbox's table, relays on it, and an OMS that adds to it."""

    add: Callable[[Entry], object]
    opened: Callable[[bool], MemoryOutbox | SqlOutbox]
    stores: list[MemoryOutbox | SqlOutbox] = field(default_factory=list)

    def store(self, *, waits: bool = True) -> MemoryOutbox | SqlOutbox:
        """A relay's or a command's side of it."""
        self.stores.append(self.opened(waits))
        return self.stores[-1]


def _memory() -> World:
    table = MemoryTable(lambda: datetime.now(UTC))
    return World(
        add=table.add,
        opened=lambda waits: MemoryOutbox(table, waits=waits),
    )


def on_database(url: str, engine: Engine) -> World:
    """An outbox whose table is made in a database."""
    metadata = MetaData()
    outbox_table(metadata, table_name(TABLE))
    metadata.create_all(engine)
    statement = adding(table_name(TABLE), in_turn=True)

    def add(added: Entry) -> None:
        with engine.begin() as connection:
            run(connection, statement, added._asdict())

    return World(add, lambda waits: open_outbox(url, TABLE, waits=waits))


@pytest.fixture(
    params=["memory", "sqlite", pytest.param("sql", marks=pytest.mark.postgres)]
)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """An empty outbox."""
    if request.param == "memory":
        yield _memory()
        return
    url = f"sqlite:///{tmp_path}/oms.sqlite3"
    if request.param == "sql":
        server: PostgresUnderTest = request.getfixturevalue("postgres")
        url = server.database()
    engine = create_engine(driver_url(url))
    made = on_database(url, engine)
    yield made
    for store in made.stores:
        await store.close()
    engine.dispose()
