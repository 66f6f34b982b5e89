"""An outbox for the relay and the commands, from its URL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol, cast

from sqlalchemy import URL, Connection, MetaData, make_url
from sqlalchemy.exc import ArgumentError

from bus.adapters.outbox import postgres, sqlite
from bus.adapters.outbox.database import Database
from bus.adapters.outbox.names import TableName, table_name
from bus.adapters.outbox.questions import Questions, moment, refused_of, row_of
from bus.adapters.outbox.tables import outbox_table
from bus.errors import ConfigurationError
from bus.outbox.rows import Backlog, Fate, Outbox, OutboxRow, Published

WITHIN_S = 15.0
_SLICE = 1_000
_EXPECTED = (
    "expected postgresql://user:password@host/database or sqlite:////path/oms.sqlite3"
)


class Lock(Protocol):
    """Tells which of several relays publishes."""

    def take(self, connection: Connection, /) -> bool:
        """Whether this one does."""
        ...

    def led(self, connection: Connection, /) -> bool:
        """Whether any does."""
        ...

    def release(self) -> None:
        """Let another one do it."""
        ...


class SqlOutbox:
    """Fulfils `OutboxStore` and `OutboxDesk`; see there. Make it with `open_outbox`."""

    def __init__(self, database: Database, questions: Questions, lock: Lock) -> None:
        self._database = database
        self._ask = questions
        self._lock = lock

    async def lead(self) -> bool:
        """Whether this is the relay that publishes."""
        return await self._database.run(self._lock.take)

    async def fetch(
        self, most: int, busy: Collection[str], held: Collection[str]
    ) -> Sequence[OutboxRow]:
        """The next rows to be published."""
        question = self._ask.next(most, busy, held)
        return await self._database.run(
            lambda connection: [row_of(row) for row in connection.execute(question)]
        )

    async def settle(self, fates: Sequence[Fate], now: datetime) -> None:
        """Write down what became of rows."""

        def settle(connection: Connection) -> None:
            done = [fate.number for fate in fates if isinstance(fate, Published)]
            if done:
                connection.execute(self._ask.published(done, now))
            for fate in fates:
                if not isinstance(fate, Published):
                    why = fate.why.replace("\0", "␀")
                    connection.execute(self._ask.refused(fate.number, why))

        await self._database.run(settle)

    async def prune(self, before: datetime) -> int:
        """Remove some of what was done with before then."""

        def prune(connection: Connection) -> int:
            found = connection.execute(self._ask.oldest_done(_SLICE))
            old = [cast("int", n) for n, done_at in found if moment(done_at) < before]
            return connection.execute(self._ask.remove(old)).rowcount if old else 0

        return await self._database.run(prune)

    async def backlog(self) -> Backlog:
        """How much waits."""
        return await self._database.run(self._backlog)

    async def look(self, most: int) -> Outbox:
        """How it is."""

        def look(connection: Connection) -> Outbox:
            refused = connection.execute(self._ask.all_refused(most))
            return Outbox(
                backlog=self._backlog(connection),
                refused=[refused_of(row) for row in refused],
                kept=connection.execute(self._ask.kept()).scalar_one(),
                leader=self._lock.led(connection),
            )

        return await self._database.run(look)

    async def retry(self, numbers: Collection[int] | None) -> int:
        """Let refused rows be published after all."""
        statement = self._ask.retry(numbers)
        return await self._database.run(lambda c: c.execute(statement).rowcount)

    async def discard(self, numbers: Collection[int], now: datetime) -> int:
        """Give refused rows up."""
        statement = self._ask.discard(numbers, now)
        return await self._database.run(lambda c: c.execute(statement).rowcount)

    async def close(self) -> None:
        """Let go of the database, and of the lead."""
        await self._database.close()
        self._lock.release()

    def _backlog(self, connection: Connection) -> Backlog:
        rows = connection.execute(self._ask.counts())
        found = {kind: (cast("int", n), oldest) for kind, n, oldest in rows}
        (free, oldest), (behind, _), (refused, _) = (found[kind] for kind in range(3))
        return Backlog(
            pending=free + behind,
            behind=behind,
            refused=refused,
            oldest=None if oldest is None else moment(oldest),
        )


def open_outbox(
    url: str, table: str, *, waits: bool = True, within_s: float = WITHIN_S
) -> SqlOutbox:
    """Return the outbox at a URL; nothing is asked of the database yet.

    Raises:
        ConfigurationError: the URL or the table's name is none.
    """
    where, called = _parsed(url), table_name(table)
    questions = Questions(outbox_table(MetaData(), called), waits=waits)
    match where.get_backend_name():
        case "sqlite":
            file = sqlite.file_of(where)
            engine = sqlite.open_engine(where)
            database = Database(engine, str(file), "", within_s=within_s)
            return SqlOutbox(database, questions, sqlite.FileLock(file))
        case "postgresql":
            return _postgres(where, called, questions, within_s)
        case _:
            raise ConfigurationError(f"the outbox's URL: {_EXPECTED}")


def _postgres(
    url: URL, called: TableName, questions: Questions, within_s: float
) -> SqlOutbox:
    place = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
    try:
        engine = postgres.open_engine(url, within_s=within_s)
    except ImportError:
        raise ConfigurationError(
            "PostgreSQL needs its driver: pip install 'orderbus[postgres]'"
        ) from None
    database = Database(engine, place, url.password or "", within_s=within_s)
    return SqlOutbox(database, questions, postgres.SessionLock(called, place))


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            f"the outbox's URL cannot be read: {_EXPECTED}"
        ) from None
