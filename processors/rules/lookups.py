"""Lookup tables, as `bus.lookups` holds them: a record a row."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from bus.access.entities import Entity
from bus.errors import AbsentError, ConfigurationError
from bus.expected import among
from bus.intake.rules.rows import (
    MOST_ROWS,
    Rows,
    check_row,
    check_table,
    read_row_key,
    read_row_value,
    row_key,
    row_value,
)
from bus.ports import Clock, LogReader, Publisher
from bus.record import Message, Record, Written
from processors.access.trail import Trail
from processors.versioned import VersionedFollower

TOPIC = "bus.lookups"
_AT_ONCE = 500
_LOADED = "load"
"""What the audit calls it."""
_NOTHING: Rows = MappingProxyType({})
OnProblem: TypeAlias = Callable[[str, str], None]


class LookupTable(VersionedFollower):
    """Follows the topic; holds all rows of all tables.

    A row that cannot be read goes to `on_problem(key, why)`, and stays as it was.
    """

    def __init__(
        self,
        reader: LogReader,
        clock: Clock,
        *,
        topic: str = TOPIC,
        on_problem: OnProblem = lambda _key, _why: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._apply)
        self._on_problem = on_problem
        self._tables: dict[str, dict[str, dict[str, str]]] = {}

    def table(self, name: str) -> Rows:
        """The rows of a table by key; empty if there is none."""
        return self._tables.get(name, _NOTHING)

    def sizes(self) -> Mapping[str, int]:
        """How many rows each table has, by name."""
        return {name: len(self._tables[name]) for name in sorted(self._tables)}

    def _apply(self, record: Record) -> None:
        named = read_row_key(record.key or b"")
        if named is None:
            self._on_problem(str(record.key), f"record {record.offset}: no row's key")
            return
        table, key = named
        if record.value is None:
            rows = self._tables.get(table, {})
            rows.pop(key, None)
            if not rows:
                self._tables.pop(table, None)
            return
        try:
            row = read_row_value(record.value)
        except ConfigurationError as error:
            self._on_problem(f"{table}/{key}", f"record {record.offset}: {error}")
        else:
            self._tables.setdefault(table, {})[key] = row


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a table changed: how many rows were new, other, gone, the same."""

    table: str
    added: int
    changed: int
    removed: int
    unchanged: int


def difference(
    old: Rows, new: Rows, *, replace: bool, remove: Collection[str] = ()
) -> tuple[Loaded, dict[str, Mapping[str, str] | None]]:
    """What to write to make a table so: rows by key, None for those to remove.

    Without `replace`, rows that are not named stay.
    """
    changes: dict[str, Mapping[str, str] | None] = {
        key: row for key, row in new.items() if old.get(key) != row
    }
    added = sum(key not in old for key in changes)
    gone = [key for key in old if key not in new] if replace else list(remove)
    loaded = Loaded("", added, len(changes) - added, len(gone), len(new) - len(changes))
    return loaded, changes | dict.fromkeys(gone)


def _check_gone(name: str, key: str, held: Rows, rows: Rows) -> None:
    """Raise unless a row can be removed."""
    if key in rows:
        raise ConfigurationError(f"{key!r} is given as a row, and to be removed")
    if key not in held:
        raise AbsentError(f"the table {name} has no row {key!r}; {among(key, held)}")


@dataclass(frozen=True, slots=True)
class LookupWriter:
    """Writes rows over `publisher`, and reads them back through `table`."""

    publisher: Publisher
    table: LookupTable
    trail: Trail

    async def load(
        self,
        name: str,
        rows: Rows,
        *,
        replace: bool = False,
        remove: Collection[str] = (),
        dry_run: bool = False,
    ) -> Loaded:
        """Make a table so. Of two who load it at once, each row is the later one's.

        Raises:
            ConfigurationError: Its name is none, a row is none, one to `remove` is
                given, too, or there would be too many rows.
            AbsentError: One to `remove` is not there.
            PublishError: Not all of it is written; load it again.
        """
        check_table(name)
        for key, row in rows.items():
            check_row(key, row)
        held, gone = self.table.table(name), dict.fromkeys(remove)
        for key in gone:
            _check_gone(name, key, held, rows)
        loaded, changes = difference(held, rows, replace=replace, remove=gone)
        told = Loaded(
            name, loaded.added, loaded.changed, loaded.removed, loaded.unchanged
        )
        whole = sum(self.table.sizes().values()) + told.added - told.removed
        if whole > MOST_ROWS:
            raise ConfigurationError(
                f"all lookup tables together may have {MOST_ROWS:,} rows, this would"
                f" make {whole:,}"
            )
        if changes and not dry_run:
            await self._write(name, changes)
            await self._note(told, sorted(changes))
        return told

    async def _note(self, told: Loaded, keys: Sequence[str]) -> None:
        after = {
            "added": told.added,
            "changed": told.changed,
            "removed": told.removed,
            "keys": ", ".join(keys[:20]),
        }
        await self.trail.note(_LOADED, Entity.LOOKUP, told.table, after=after)

    async def _write(
        self, name: str, changes: Mapping[str, Mapping[str, str] | None]
    ) -> None:
        messages = [
            Message(
                self.table.topic,
                row_key(name, key),
                None if row is None else row_value(row),
            )
            for key, row in changes.items()
        ]
        written: Written | None = None
        for start in range(0, len(messages), _AT_ONCE):
            written = await self._batch(messages[start : start + _AT_ONCE])
        if written is not None:
            await self.table.applied(written)

    async def _batch(self, messages: Iterable[Message]) -> Written | None:
        waiting = [self.publisher.publish(message) for message in messages]
        last: Written | None = None
        for one in waiting:
            last = await one
        return last
