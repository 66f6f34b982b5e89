"""A batch on its way into the tables: rows, roll-ups and positions, or nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table

from bus.adapters.sql.bulk import Bulk, Upkeep, Values
from bus.adapters.sql.names import Names
from bus.adapters.sql.positions import move, stored
from bus.adapters.sql.standing import stood
from bus.adapters.sql.summing import summed
from bus.adapters.sql.tables import DELIVERY_OPEN, STRAY
from bus.adapters.sql.values import names_of, stray_values, values_of
from bus.log.cleaning import cleaned, time_of
from bus.log.positions import admit
from bus.log.retention import day_of, storable
from bus.log.rows import Advance, AttemptRow, Row


class Writer:
    """Writes batches through what a database has for many rows."""

    def __init__(self, bulk: Bulk, upkeep: Upkeep, names: Names) -> None:
        self._bulk = bulk
        self._upkeep = upkeep
        self._names = names

    def write(
        self,
        connection: Connection,
        rows: Sequence[Row],
        advances: Sequence[Advance],
        now_us: int,
    ) -> None:
        """Write what was not written before; see `LogStore.write`."""
        clean = [cleaned(row) for row in rows]
        days = {day_of(t) for t in map(time_of, clean) if storable(t, now_us)}
        self._upkeep.make_days(connection, days)
        numbers = self._names.make(connection, names_of(clean))
        with connection.begin():
            partitions = [advance.partition for advance in advances]
            before = stored(connection, partitions, lock=True)
            admitted = admit(clean, advances, before)
            self._insert(connection, admitted.rows, numbers, now_us)
            move(connection, admitted.advances)

    def _insert(
        self,
        connection: Connection,
        rows: Sequence[Row],
        numbers: Mapping[str, int],
        now_us: int,
    ) -> None:
        tables: dict[Table, list[Values]] = defaultdict(list)
        attempts: list[AttemptRow] = []
        for row in rows:
            if not storable(time_of(row), now_us):
                tables[STRAY].append(stray_values(row, numbers, now_us))
                continue
            table, of_row = values_of(row, numbers)
            tables[table].append(of_row)
            if isinstance(row, AttemptRow):
                attempts.append(row)
        for table, values in tables.items():
            self._bulk.append(connection, table, values)
        if attempts:
            self._follow(connection, attempts, numbers)

    def _follow(
        self,
        connection: Connection,
        attempts: Sequence[AttemptRow],
        numbers: Mapping[str, int],
    ) -> None:
        """What attempts change beside their own rows; counts last, many share them."""
        of = summed(attempts, numbers, stood(connection, attempts, numbers))
        if of.done:
            self._bulk.remove(connection, DELIVERY_OPEN, of.done)
        if of.open:
            self._bulk.merge(connection, DELIVERY_OPEN, of.open)
        for table, values in of.counts.items():
            if values:
                self._bulk.merge(connection, table, values)
