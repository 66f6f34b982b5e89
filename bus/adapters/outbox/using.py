"""Statements on a connection of the caller's own, in the caller's own transaction.

SQLAlchemy's connections and sessions, and those of psycopg and sqlite3; the ones that
are awaited likewise. Nothing is committed here, and nothing is retried.
"""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Protocol, TypeAlias, cast

from sqlalchemy import text

from bus.adapters.outbox.transactions import driver_of, refuse_autocommit
from bus.errors import ConfigurationError

Values: TypeAlias = Mapping[str, object]
_KNOWN = ("postgresql", "sqlite")
_DRIVERS = {"psycopg": "postgresql", "sqlite3": "sqlite", "aiosqlite": "sqlite"}
_BIND = re.compile(r"(?<!:):([a-z_]+)")


class _Result(Protocol):
    rowcount: int


class _Dialect(Protocol):
    name: str


class _Bound(Protocol):
    dialect: _Dialect


class _Session(Protocol):
    def get_bind(self) -> _Bound: ...


class _Executes(Protocol):
    def execute(self, statement: object, values: Values, /) -> object: ...


class _Cursor(_Result, Protocol):
    def execute(self, statement: str, values: Values, /) -> object: ...
    def close(self) -> object: ...


class _DbApi(Protocol):
    def cursor(self) -> _Cursor: ...


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as each database has it, its values named `:like_this`."""

    postgresql: str
    sqlite: str

    def of(self, dialect: str) -> str:
        """The text for a database."""
        return self.postgresql if dialect == "postgresql" else self.sqlite


@dataclass(frozen=True, slots=True)
class _Target:
    """What a connection is: which database, and whether SQLAlchemy's."""

    dialect: str
    of_sqlalchemy: bool

    def prepared(self, statement: Statement) -> object:
        said = statement.of(self.dialect)
        if self.of_sqlalchemy:
            return text(said)
        if self.dialect == "postgresql":
            return _BIND.sub(r"%(\1)s", said)
        return said


def run(connection: object, statement: Statement, values: Values) -> int:
    """Execute it; return how many rows it concerned.

    Raises:
        ConfigurationError: that is no connection this can use.
        Exception: whatever the database's driver raises.
    """
    target = _target(connection)
    prepared = target.prepared(statement)
    if target.of_sqlalchemy:
        found = cast("_Executes", connection).execute(prepared, values)
        if isawaitable(found):
            _refuse_to_wait(found)
        refuse_autocommit(driver_of(connection))
        return cast("_Result", found).rowcount
    cursor = cast("_DbApi", connection).cursor()
    try:
        said = cursor.execute(cast("str", prepared), values)
        if isawaitable(said):
            _refuse_to_wait(said)
        refuse_autocommit(connection)
        return cursor.rowcount
    finally:
        closing = cursor.close()
        if isawaitable(closing):
            cast("_Closes", closing).close()


async def run_async(connection: object, statement: Statement, values: Values) -> int:
    """Execute it on a connection or session that is awaited; likewise."""
    prepared = _target(connection).prepared(statement)
    found = cast("_Executes", connection).execute(prepared, values)
    if not isawaitable(found):
        raise TypeError(
            f"a {type(connection).__name__} is not awaited: call the method without "
            "_async"
        )
    result = await found
    refuse_autocommit(driver_of(connection))
    return cast("_Result", result).rowcount


class _Closes(Protocol):
    def close(self) -> None: ...


def _refuse_to_wait(found: Awaitable[object]) -> None:
    if hasattr(found, "close"):
        found.close()  # nobody will await it, and Python need not say so
    raise TypeError("this connection is awaited: call the method with _async")


def _target(connection: object) -> _Target:
    if hasattr(connection, "get_bind"):
        bound = cast("_Session", connection).get_bind()
        return _Target(_known(bound.dialect.name), of_sqlalchemy=True)
    if hasattr(connection, "dialect"):
        name = cast("_Bound", connection).dialect.name
        return _Target(_known(name), of_sqlalchemy=True)
    for kind in type(connection).__mro__:
        driver = kind.__module__.partition(".")[0].removesuffix("2")
        if driver in _DRIVERS:
            return _Target(_DRIVERS[driver], of_sqlalchemy=False)
    raise ConfigurationError(
        f"cannot write through a {type(connection).__name__}: expected a connection or "
        "session of SQLAlchemy, or a connection of psycopg or sqlite3"
    )


def _known(dialect: str) -> str:
    if dialect not in _KNOWN:
        raise ConfigurationError(
            f"{dialect} has no outbox and no inbox: there are {' and '.join(_KNOWN)}"
        )
    return dialect
