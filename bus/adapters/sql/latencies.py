"""Sums of latencies, taken over as one text.

Taking 38 columns of 1,000 rows over costs whoever asks more than the database needs to
add them up.
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, Table, Text, literal_column

from bus.adapters.sql.tables import LATENCIES
from bus.log.rollup import BUCKETS

NONE = (0,) * BUCKETS


@lru_cache
def summed_latencies(table: Table) -> ColumnElement[str]:
    """The sums of a table's latencies, as a column to select; see `latencies_in`."""
    sums = (f"coalesce(sum({table.name}.{name}), 0)" for name in LATENCIES)
    return literal_column(" || ',' || ".join(sums), Text())


def latencies_in(summed: object) -> tuple[int, ...]:
    """What was selected, as numbers."""
    return tuple(map(int, str(summed).split(",")))
