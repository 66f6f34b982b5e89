"""The two tables, as SQLAlchemy knows them and as DDL."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    FunctionElement,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement
from sqlalchemy.sql.compiler import SQLCompiler

from bus.adapters.outbox.names import TableName

DIALECTS: dict[str, Dialect] = {
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
    "sqlite": sqlite.dialect(),
}


class _Now(FunctionElement[object]):
    """The database's time, as fine as it has it."""

    inherit_cache = True


@compiles(_Now)
def _now(_: _Now, _compiler: SQLCompiler, **_options: object) -> str:
    return "CURRENT_TIMESTAMP"


@compiles(_Now, "sqlite")
def _now_in_sqlite(_: _Now, _compiler: SQLCompiler, **_options: object) -> str:
    return "(strftime('%Y-%m-%d %H:%M:%f', 'now'))"


def outbox_table(metadata: MetaData, called: TableName) -> Table:
    """Return the outbox of this name in `metadata`, where it is made once.

    A row is to be published while `done_at` is null and `refused` is null; refused,
    with the reason, while only `done_at` is; else published, or, with a reason,
    discarded. Numbers are never used again.
    """
    if (known := metadata.tables.get(_key(metadata, called))) is not None:
        return known
    waiting = Column("done_at", DateTime(timezone=True))
    number = Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        Identity(),
        primary_key=True,
    )
    order_id = Column("order_id", Text, nullable=False)
    undone = waiting.is_(None)
    return Table(
        called.name,
        metadata,
        number,
        Column("event_id", Text, nullable=False),
        Column("event_type", Text, nullable=False),
        Column("source", Text, nullable=False),
        order_id,
        Column("data", Text, nullable=False),
        Column("traceparent", Text),
        Column(
            "added_at", DateTime(timezone=True), nullable=False, server_default=_Now()
        ),
        waiting,
        Column("refused", Text),
        _partial(f"{called.name}_waiting", undone, number),
        _partial(f"{called.name}_of_order", undone, order_id, number),
        schema=called.schema,
        sqlite_autoincrement=True,
    )


def _partial(
    name: str, where: ColumnElement[bool], *columns: ColumnElement[Any]
) -> Index:
    """An index of the rows that it is asked for: the others cost it nothing."""
    return Index(name, *columns, postgresql_where=where, sqlite_where=where)


def inbox_table(metadata: MetaData, called: TableName) -> Table:
    """Return the inbox of this name in `metadata`, where it is made once."""
    if (known := metadata.tables.get(_key(metadata, called))) is not None:
        return known
    seen = Column(
        "seen_at", DateTime(timezone=True), nullable=False, server_default=_Now()
    )
    return Table(
        called.name,
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("event_id", Text, primary_key=True),
        seen,
        Index(f"{called.name}_seen", seen),
        schema=called.schema,
    )


def ddl(table: Table, dialect: str) -> Iterator[str]:
    """The statements that make a table and its indexes, without their semicolons."""
    known = DIALECTS[dialect]
    indexes = sorted(table.indexes, key=_index_name)
    statements: list[DDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    for statement in statements:
        lines = str(statement.compile(dialect=known)).strip().splitlines()
        yield "\n".join(line.rstrip().replace("\t", "  ") for line in lines)


def _index_name(index: Index) -> str:
    return str(index.name)


def _key(metadata: MetaData, called: TableName) -> str:
    schema = called.schema or metadata.schema
    return f"{schema}.{called.name}" if schema else called.name


def made(called: TableName, dialect: str, *, inbox: bool) -> Iterator[str]:
    """The statements that make an outbox, or an inbox, of this name."""
    make = inbox_table if inbox else outbox_table
    return ddl(make(MetaData(), called), dialect)
