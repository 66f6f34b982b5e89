"""Sums of many columns, taken over as one value: a list of PostgreSQL's, else a text.

Taking 38 columns of 1,000 rows over costs whoever asks more than the database needs to
add them up.
"""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Table, Text, literal_column

from bus.adapters.sql.tables import LATENCIES
from bus.log.rollup import BUCKETS

NONE = (0,) * BUCKETS


def summed_latencies(connection: Connection, table: Table) -> ColumnElement[str]:
    """The sums of a table's latencies, as a column to select; see `sums_in`."""
    return _column(table.name, connection.dialect.name)


@lru_cache
def _column(table: str, dialect: str) -> ColumnElement[str]:
    return literal_column(summed(table, LATENCIES, dialect), Text())


def summed(table: str, columns: Sequence[str], dialect: str) -> str:
    """The sums of columns, none of them NULL, as an expression; see `sums_in`."""
    sums = [f"coalesce(sum({table}.{name}), 0)" for name in columns]
    if dialect == "postgresql":
        return f"ARRAY[{', '.join(sums)}]"
    return " || ',' || ".join(sums)


def sums_in(selected: object) -> tuple[int, ...]:
    """What was selected, as numbers."""
    if isinstance(selected, list):
        return tuple(selected)
    return tuple(map(int, str(selected).split(",")))
