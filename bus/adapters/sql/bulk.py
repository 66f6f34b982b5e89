"""What SQLite and PostgreSQL do each in their own way, as ports of this adapter."""

from collections.abc import Collection, Sequence
from typing import Protocol, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, case, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from bus.adapters.sql.tables import BITS, DELIVERY_OPEN, SUMS
from bus.log.causes import Cause
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

    Counts are added up, bits set. A delivery is what its newest attempt made of it,
    whose number and cause stand through hops without a call.
    """
    new = insert.excluded
    # NULL is none: of one that is, the other one; of none, none.
    changed: dict[str, ColumnElement[object]] = {
        one.name: func.coalesce(
            one.op("|" if one.name in BITS else "+")(new[one.name]), one, new[one.name]
        )
        for one in table.columns
        if one.name in SUMS or one.name in BITS
    }
    if table is DELIVERY_OPEN:
        changed = _following(insert)
    keys = [column.name for column in table.primary_key]
    return insert.on_conflict_do_update(index_elements=keys, set_=changed)


def _following(insert: Insert) -> dict[str, ColumnElement[object]]:
    """An open delivery after what befell it: `bus.log.deliveries.followed` in SQL."""
    was, new = DELIVERY_OPEN.c, insert.excluded
    none: ColumnElement[int] = literal_column("0")
    late: ColumnElement[int] = literal_column(str(int(Cause.LATE)))
    changed: dict[str, ColumnElement[object]] = {
        one.name: new[one.name] for one in DELIVERY_OPEN.columns if not one.primary_key
    }
    for name in ("attempts", "arrived_us"):
        changed[name] = case((new[name] == none, was[name]), else_=new[name])
    stays = (new.cause == none) | ((new.attempts == none) & (was.attempts != none))
    changed["cause"] = case((stays, was.cause), else_=new.cause)
    changed["overdue"] = case(
        (was.overdue != none, was.overdue),
        ((new.overdue == late) & (was.cause != none), was.cause),
        else_=new.overdue,
    )
    return changed
