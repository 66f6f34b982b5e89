"""All rules, as `bus.rules` says them over those that came with the bus."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from bus.errors import ConfigurationError
from bus.intake.rules.book import Book
from bus.intake.rules.lines import Line, Stored, restore
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.versioned import VersionedFollower

TOPIC = "bus.rules"
OnProblem: TypeAlias = Callable[[str, str], None]


class RuleTable(VersionedFollower):
    """Follows the topic; `book` is what holds now.

    A record that cannot be read goes to `on_problem(key, why)` and to `unreadable`;
    its line stays as the record before it said. Use it as `async with table:`, or run
    `run()` in a task that somebody watches.
    """

    def __init__(
        self,
        reader: LogReader,
        clock: Clock,
        shipped: Sequence[Line] = (),
        *,
        topic: str = TOPIC,
        on_problem: OnProblem = lambda _key, _why: None,
    ) -> None:
        super().__init__(reader, clock, topic, self._apply)
        self._shipped = tuple(shipped)
        self._on_problem = on_problem
        self._stored: dict[str, Stored] = {}
        self._unreadable: dict[str, str] = {}
        self._book: Book | None = None

    @property
    def book(self) -> Book:
        """What holds now; another object after each change."""
        if self._book is None:
            self._book = Book(self._shipped, self._stored)
        return self._book

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Keys whose newest record could not be read, each with why."""
        return MappingProxyType(self._unreadable)

    def _apply(self, record: Record) -> None:
        name = (record.key or b"").decode(errors="replace")
        self._unreadable.pop(name, None)
        if record.value is None:
            self._stored.pop(name, None)
        else:
            try:
                self._stored[name] = restore(record.key or b"", record.value)
            except ConfigurationError as error:
                self._unreadable[name] = str(error)
                self._on_problem(name, f"record {record.offset}: {error}")
                return
        self._book = None
