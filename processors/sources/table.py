"""All sources, as `bus.sources` says them, up to date within moments."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from bus.errors import OrderbusError
from bus.intake.sources import Source
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.sources.stored import restore
from processors.subscriptions.keys import Keys
from processors.versioned import VersionedFollower

TOPIC = "bus.sources"

OnChange: TypeAlias = Callable[[Source | None, Source | None], None]
OnProblem: TypeAlias = Callable[[str, str], None]


class SourceTable(VersionedFollower):
    """Follows the topic; holds every source with its secrets opened.

    A record that cannot be read or opened goes to `on_problem(id, why)` and to
    `unreadable`; the source stays as the record before it said, and all others are not
    touched. Use it as `async with table:`, or run `run()` in a task that somebody
    watches. All callbacks are called on the event loop.
    """

    def __init__(
        self,
        reader: LogReader,
        keys: Keys,
        clock: Clock,
        *,
        topic: str = TOPIC,
        on_problem: OnProblem = lambda _id, _why: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._hold, caught_up=self._load_all)
        self._keys = keys
        self._on_problem = on_problem
        self._on_change: list[OnChange] = []
        self._sources: dict[str, Source] = {}
        self._unreadable: dict[str, str] = {}
        self._loading: dict[str, list[Record]] | None = {}

    def get(self, source_id: str) -> Source | None:
        """The source with this id, or None."""
        return self._sources.get(source_id)

    def all(self) -> Sequence[Source]:
        """All sources, by id."""
        return [self._sources[i] for i in sorted(self._sources)]

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Ids whose newest record could not be read, each with why."""
        return MappingProxyType(self._unreadable)

    def on_change(self, callback: OnChange) -> None:
        """Call `callback(old, new)` for each change from now on.

        On loading, each source is one change from None.
        """
        self._on_change.append(callback)

    def _hold(self, record: Record) -> None:
        name = (record.key or b"").decode(errors="replace")
        if self._loading is None:
            self._apply(name, record)
        else:
            self._loading.setdefault(name, []).append(record)

    def _load_all(self) -> None:
        """Apply of each the newest record, or where it is unreadable one before."""
        loaded, self._loading = self._loading or {}, None
        for name, records in loaded.items():
            newest, *earlier = reversed(records)
            if self._apply(name, newest):
                continue
            problem = self._unreadable[name]
            if any(self._apply(name, record) for record in earlier):
                self._unreadable[name] = problem

    def _apply(self, name: str, record: Record) -> bool:
        """Make a record's change; False if it could not be read."""
        new: Source | None = None
        if record.value is not None:
            try:
                new = restore(record.key or b"", record.value, self._keys)
            except Exception as error:  # noqa: BLE001 - one record, one source
                why = _why(error)
                self._unreadable[name] = why
                self._on_problem(name, f"record {record.offset}: {why}")
                return False
        self._unreadable.pop(name, None)
        self._change(name, new)
        return True

    def _change(self, name: str, new: Source | None) -> None:
        old = self._sources.pop(name, None)
        if new is not None:
            self._sources[name] = new
        if old == new:
            return
        for callback in self._on_change:
            try:
                callback(old, new)
            except Exception as error:  # noqa: BLE001 - all others still need to hear
                self._on_problem(name, f"a listener failed: {type(error).__name__}")


def _why(error: Exception) -> str:
    if isinstance(error, OrderbusError):
        return str(error).replace("\n", "; ")
    return f"{type(error).__name__}: {error}"
