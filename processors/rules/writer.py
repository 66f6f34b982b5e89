"""Writes lines of rules: read, change, write, and see it read back; audited."""

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from functools import partial
from typing import Self, TypeAlias

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.errors import ConfigurationError
from bus.intake.rules.lines import Stored, as_document, store
from bus.ports import Clock, Publisher
from bus.times import rfc3339
from processors.access.trail import IN_DOUBT, Trail, in_doubt
from processors.rules.table import RuleTable
from processors.versioned import VersionedWriter, Wanted

Change: TypeAlias = Callable[[Stored | None], Stored | None]


class RuleWriter:
    """Writes over `publisher`, reads back through `table`.

    Methods raise `PublishError` (not written), `BrokerUnavailableError` (written, not
    read back in time) and `ConflictError` (others keep changing the same line).
    """

    def __init__(
        self, publisher: Publisher, table: RuleTable, clock: Clock, trail: Trail
    ) -> None:
        self.versions = VersionedWriter(publisher, table, clock)
        self._table = table
        self._clock = clock
        self._trail = trail

    def by(self, trail: Trail) -> Self:
        """The same writer, its changes somebody else's."""
        other = copy(self)
        other._trail = trail  # noqa: SLF001 - our own
        return other

    async def write(self, key: str, change: Change, action: str) -> None:
        """Make what stands under a key what `change` makes of it; None: nothing.

        `change` may be called again, with another's newer record.

        Raises:
            ConfigurationError: The record that stands cannot be read.
        """
        before: Stored | None = None
        after: Stored | None = None

        def anew() -> Wanted | None:
            nonlocal before, after
            if (why := self._table.unreadable.get(key)) is not None:
                raise ConfigurationError(f"{key}: its record cannot be read: {why}")
            before = self._table.book.stored.get(key)
            after = change(before)
            if _same(before, after):
                return None
            if after is None:
                return Wanted(None)
            after = Stored(after.line, after.trial, self._trail.actor, self._now())
            return Wanted(store(after))

        note = partial(self._note, f"{action}{IN_DOUBT}", key)
        async with in_doubt(lambda: note(before, after)):
            await self.versions.insist(key.encode(), anew)
        if not _same(before, after):
            await self._note(action, key, before, after)

    async def _note(
        self, action: str, key: str, before: Stored | None, after: Stored | None
    ) -> None:
        left, right = _shown(before), _shown(after)
        await self._trail.note(action, Entity.RULE, key, before=left, after=right)

    def _now(self) -> str:
        return rfc3339(datetime.fromtimestamp(self._clock.now(), UTC))


def _same(one: Stored | None, other: Stored | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.line, one.trial) == (other.line, other.trial)


def _shown(stored: Stored | None) -> Shown | None:
    if stored is None:
        return None
    parts = (("line", stored.line), ("trial", stored.trial))
    return {name: None if x is None else as_document(x) for name, x in parts}
