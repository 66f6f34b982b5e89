"""What SQLite and PostgreSQL do each in their own way, as ports of this adapter."""

from collections.abc import Collection, Sequence
from typing import Protocol, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, case, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from bus.adapters.sql.tables import DELIVERY_OPEN, TALLY
from bus.log.retention import Pruned, Retention, TableSize

Values: TypeAlias = tuple[object, ...]
"""A row in the order of its table's columns."""


class Bulk(Protocol):
    """Many rows at once, within a transaction of the caller's."""

    def append(
        self, connection: Connection, table: Table, rows: Sequence[Values]
    ) -> None:
        """Add rows."""
        ...

    def merge(
        self, connection: Connection, table: Table, rows: Sequence[Values]
    ) -> None:
        """Add rows to those of the same key, as `merging` says."""
        ...

    def remove(
        self, connection: Connection, table: Table, keys: Sequence[Values]
    ) -> None:
        """Remove the rows of these keys."""
        ...


class Upkeep(Protocol):
    """Days that are made and removed, sizes; in transactions of its own."""

    def check(self, connection: Connection, /) -> None:
        """Refuse a database that cannot do what is needed (`ConfigurationError`)."""
        ...

    def make_days(self, connection: Connection, days: Collection[int]) -> None:
        """Make room for rows of these days, if there is none yet."""
        ...

    def forget_days(self) -> None:
        """Look again which days there are."""
        ...

    def prune(self, connection: Connection, keep: Retention, now_us: int) -> Pruned:
        """Remove some of what is too old or too much; nothing ends it."""
        ...

    def clear(self, connection: Connection) -> None:
        """Empty the tables of rows."""
        ...

    def sizes(self, connection: Connection) -> Sequence[TableSize]:
        """What the tables take; rows may be estimates."""
        ...

    def total(self, connection: Connection) -> int:
        """How many bytes all of it takes."""
        ...

    def version(self, connection: Connection, /) -> str:
        """The database's name and version."""
        ...

    def days(self, connection: Connection) -> Sequence[int]:
        """The days of attempts that have a place of their own."""
        ...


Insert: TypeAlias = postgresql.Insert | sqlite.Insert


def merging(table: Table, insert: Insert) -> Insert:
    """Return an insert that adds to what has its key, or follows it.

    Counts are added up. A delivery is what its newest attempt made of it, whose
    number stands through hops without a call.
    """
    new = insert.excluded
    changed: dict[str, ColumnElement[object]] = {
        # NULL is none: of one that is, the other one; of none, none.
        name: func.coalesce(table.c[name] + new[name], table.c[name], new[name])
        for name in TALLY
        if name in table.c
    }
    if table is DELIVERY_OPEN:
        others = [one.name for one in table.columns if not one.primary_key]
        changed = {name: new[name] for name in others}
        attempts = table.c.attempts
        changed["attempts"] = case(
            (new.attempts == literal_column("0"), attempts), else_=new.attempts
        )
    keys = [column.name for column in table.primary_key]
    return insert.on_conflict_do_update(index_elements=keys, set_=changed)
