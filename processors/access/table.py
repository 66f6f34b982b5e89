"""All keys, as `bus.keys` says them, up to date within moments."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from bus.access.keys import ApiKey, restore_key
from bus.errors import InvalidKeyError
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.versioned import VersionedFollower

TOPIC = "bus.keys"

OnProblem: TypeAlias = Callable[[str, str], None]


class KeyTable(VersionedFollower):
    """Follows the topic; holds every key, revoked and expired ones as well.

    A record that cannot be read goes to `on_problem(id, why)` and to `unreadable`, and
    its key is none any more: who was let in by it is not. Use it as
    `async with table:`, or run `run()` in a task that somebody watches.
    """

    def __init__(
        self,
        reader: LogReader,
        clock: Clock,
        *,
        topic: str = TOPIC,
        on_problem: OnProblem = lambda _id, _why: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._apply)
        self._on_problem = on_problem
        self._keys: dict[str, ApiKey] = {}
        self._unreadable: dict[str, str] = {}

    def get(self, key_id: str) -> ApiKey | None:
        """The key with this id, or None."""
        return self._keys.get(key_id)

    def all(self) -> Sequence[ApiKey]:
        """All keys, the oldest first."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Ids whose record could not be read, each with why."""
        return MappingProxyType(self._unreadable)

    def _apply(self, record: Record) -> None:
        name = (record.key or b"").decode(errors="replace")
        self._keys.pop(name, None)
        self._unreadable.pop(name, None)
        if record.value is None:
            return
        try:
            self._keys[name] = restore_key(record.key or b"", record.value)
        except InvalidKeyError as error:
            self._unreadable[name] = str(error)
            self._on_problem(name, f"record {record.offset}: {error}")
