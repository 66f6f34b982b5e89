"""All migrations, as `bus.migrations` says them."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from bus.errors import ConfigurationError
from bus.migration.ledger import Migration, restore_migration
from bus.migration.moves import Moves
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.versioned import VersionedFollower

TOPIC = "bus.migrations"
OnProblem: TypeAlias = Callable[[str, str], None]


class MigrationTable(VersionedFollower):
    """Follows the topic.

    A record that cannot be read goes to `on_problem(key, why)` and to `unreadable`; its
    migration stays as it was: whoever sent an order goes on.

    Args:
        changed: Called after each change, with what is to be asked from then on; None:
            no order is moving.
    """

    def __init__(
        self,
        reader: LogReader,
        clock: Clock,
        *,
        topic: str = TOPIC,
        on_problem: OnProblem = lambda _key, _why: None,
        changed: Callable[[Moves | None], None] = lambda _moves: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._apply)
        self._on_problem = on_problem
        self._changed = changed
        self._all: dict[str, Migration] = {}
        self._unreadable: dict[str, str] = {}

    def get(self, migration: str) -> Migration | None:
        """The one with this id, if there is one."""
        return self._all.get(migration)

    def all(self) -> Sequence[Migration]:
        """All of them, by id."""
        return [self._all[id_] for id_ in sorted(self._all)]

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Keys whose newest record could not be read, each with why."""
        return MappingProxyType(self._unreadable)

    def _apply(self, record: Record) -> None:
        name = (record.key or b"").decode(errors="replace")
        self._unreadable.pop(name, None)
        if record.value is None:
            self._all.pop(name, None)
        else:
            try:
                found = restore_migration(
                    record.key or b"", record.value, record.timestamp_ms
                )
            except ConfigurationError as error:
                self._unreadable[name] = str(error)
                self._on_problem(name, f"record {record.offset}: {error}")
                return
            self._all[name] = found
        self._changed(Moves(self._all.values()) if self._all else None)
