"""Pages of the rows of a SELECT, after a value of a column that rises."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import (
    URL,
    ColumnClause,
    ColumnElement,
    Engine,
    Select,
    create_engine,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from bus.adapters.table.errors import DRIVER_ERRORS, translated
from bus.errors import ConfigurationError

Row = Mapping[str, object]
PAGE: Final = 1_000
_SECRET_WORDS: Final = ("pass", "secret", "token", "key")
_WITHIN_S: Final = 60
_READ_ONLY: Final = {
    "postgresql": (
        "SET TRANSACTION READ ONLY",
        f"SET LOCAL statement_timeout = {_WITHIN_S * 1000}",
        "SET LOCAL TimeZone = 'UTC'",
    ),
    "sqlite": ("PRAGMA query_only = on",),
}
_FROM_TEXT: Final[Mapping[type, Callable[[str], object]]] = {
    int: int,
    float: float,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    UUID: UUID,
    str: str,
}


class TableReader:
    """Reads the rows of `statement` in the order of column `by`.

    Args:
        page: How many rows are asked for at a time.
    """

    def __init__(
        self, url: URL, engine: Engine, statement: str, by: str, *, page: int = PAGE
    ) -> None:
        self._engine = engine
        self._secrets = _secrets(url)
        bare = url.set(query={})  # a password may stand there, too
        self._place = bare.render_as_string(hide_password=True)
        quoted = engine.dialect.identifier_preparer.quote(by)
        self._by = by
        column: ColumnClause[object] = literal_column(quoted)
        self._column = column
        self._rows = text(_bare(statement)).columns(column).subquery("old_rows")
        self._page = page

    def __enter__(self) -> Self:
        """Nothing is asked yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def pages(self, after: str | None = None) -> Iterator[Sequence[Row]]:
        """Pages of rows whose column lies behind a value, as text; None: all.

        Raises:
            TableUnavailableError: The database gives no usable answer; says why.
            ConfigurationError: The column does not rise, or `after` is none of it.
        """
        at: object = None if after is None else self._read_back(after)
        self._refuse_without()
        while rows := self._ask(at):
            self._check(rows, at)
            page = rows[: self._page]
            yield [{name: _plain(x) for name, x in row.items()} for row in page]
            if len(rows) <= self._page:
                return
            at = page[-1][self._by]

    def _refuse_without(self) -> None:
        """Refuse rows that have no value there: they would never come."""
        every: ColumnElement[object] = literal_column("1")
        there = select(every).select_from(self._rows)
        if self._run(there.where(self._column.is_(None)).limit(1)):
            raise ConfigurationError(
                f"--by: {self._by} is NULL in some rows, which would be passed over; "
                "name a column that every row has, or leave those out in the statement"
            )

    def _ask(self, after: object) -> Sequence[Row]:
        """One row more than a page: two with one value are seen wherever they are."""
        question = self._question().limit(self._page + 1)
        if after is not None:
            question = question.where(self._column > after)
        return self._run(question)

    def _question(self) -> Select[object]:
        every: ColumnElement[object] = literal_column("*")
        found = select(every).select_from(self._rows)
        return found.where(self._column.is_not(None)).order_by(self._column)

    def _run(self, question: Select[object]) -> Sequence[Row]:
        try:
            with closing(self._engine.connect()) as connection:
                for setting in _READ_ONLY.get(self._engine.dialect.name, ()):
                    connection.exec_driver_sql(setting)
                return [dict(row) for row in connection.execute(question).mappings()]
        except DRIVER_ERRORS as error:
            raise translated(error, self._place, self._secrets) from None

    def _read_back(self, after: str) -> object:
        """A value that stands in a recording as text, as the column has it."""
        found = self._run(self._question().limit(1))
        if not found:
            return None
        kind = type(found[0][self._by])
        try:
            return _FROM_TEXT[kind](after)
        except (KeyError, ValueError, ArithmeticError):
            raise ConfigurationError(
                f"{self._by}: {after[:60]!r} is no {kind.__name__}, as the column has; "
                "is the recording of another table?"
            ) from None

    def _check(self, rows: Sequence[Row], after: object) -> None:
        if self._by not in rows[0]:
            there = ", ".join(rows[0])
            raise ConfigurationError(f"--by: no column {self._by}; there are: {there}")
        values = [after, *(row[self._by] for row in rows)]
        twice = [x for x, y in pairwise(values) if x == y]
        if twice:
            value = twice[0]
            told = (repr(value) if isinstance(value, str) else str(value))[:60]
            raise ConfigurationError(
                f"--by: {self._by} is {told} in two rows; name a "
                "column that rises and is never twice the same, as a serial number"
            )


def open_table(url: str, statement: str, by: str, *, page: int = PAGE) -> TableReader:
    """Open what reads; nothing is asked of the database yet.

    Raises:
        ConfigurationError: The URL is none, or its driver is not installed.
    """
    try:
        made = make_url(url.strip())
        if made.drivername == "postgresql":
            made = made.set(drivername="postgresql+psycopg")
        engine = _engine(made)
    except (NoSuchModuleError, ImportError) as error:
        said = str(error)[:200]
        raise ConfigurationError(f"the database's driver is not here: {said}") from None
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "the database's URL is none: expected postgresql://user:password@host/name "
            "or sqlite:////path/file, or another of SQLAlchemy's"
        ) from None
    return TableReader(made, engine, statement, by, page=page)


def _engine(url: URL) -> Engine:
    known = url.get_backend_name()
    arguments = {"connect_timeout": "10"} if known == "postgresql" else {}
    if known == "sqlite" and url.database not in {None, "", ":memory:"}:
        # Else a file that is not there would be made.
        name = f"file:{quote(str(url.database))}"
        url = url.set(database=name, query={"mode": "ro", "uri": "true"})
    return create_engine(url, poolclass=NullPool, connect_args=arguments)


def _bare(statement: str) -> str:
    """Nothing in it is a parameter of ours, and it may end as people end one."""
    # Its last line may be a comment, which would swallow what follows.
    return statement.strip().rstrip(";").replace(":", r"\:") + "\n"


def _secrets(url: URL) -> Sequence[str]:
    """What must not be told of it: longest first, so that none is told in part."""
    told = [url.password or ""]
    for name, values in url.normalized_query.items():
        if any(word in name.lower() for word in _SECRET_WORDS):
            told += values
    return sorted({*map(str, told)} - {""}, key=len, reverse=True)


def _plain(value: object) -> object:
    if isinstance(value, memoryview):
        return bytes(value)
    return value.isoformat() if isinstance(value, datetime) else value
