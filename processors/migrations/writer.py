"""Writes migrations: read, change, write, and see it read back; audited."""

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Self, TypeAlias

from bus.access.audit import Shown
from bus.access.entities import Entity
from bus.errors import ConfigurationError
from bus.migration.ledger import Migration, store_migration
from bus.ports import Clock, Publisher
from processors.access.trail import IN_DOUBT, Trail, in_doubt
from processors.migrations.table import MigrationTable
from processors.versioned import VersionedWriter, Wanted

Change: TypeAlias = Callable[[Migration | None], Migration | None]


class MigrationWriter:
    """Writes over `publisher`, reads back through `table`.

    Methods raise `PublishError` (not written), `BrokerUnavailableError` (written, not
    read back in time) and `ConflictError` (others keep changing it).
    """

    def __init__(
        self, publisher: Publisher, table: MigrationTable, clock: Clock, trail: Trail
    ) -> None:
        self.versions = VersionedWriter(publisher, table, clock)
        self._table = table
        self._trail = trail

    @property
    def actor(self) -> str:
        """Whose changes they are."""
        return self._trail.actor

    def by(self, trail: Trail) -> Self:
        """The same writer, its changes somebody else's."""
        other = copy(self)
        other._trail = trail  # noqa: SLF001 - our own
        return other

    async def write(self, id_: str, change: Change, action: str) -> Migration | None:
        """Make of a migration what `change` makes of it; return that. None: none.

        `change` may be called again, with another's newer record, and may raise.

        Raises:
            ConfigurationError: What stands cannot be read.
        """
        before: Migration | None = None
        after: Migration | None = None

        def anew() -> Wanted | None:
            nonlocal before, after
            if (why := self._table.unreadable.get(id_)) is not None:
                raise ConfigurationError(f"{id_}: its record cannot be read: {why}")
            before = self._table.get(id_)
            after = change(before)
            if before == after:
                return None
            return Wanted(None if after is None else store_migration(after))

        note = partial(self._note, f"{action}{IN_DOUBT}", id_)
        async with in_doubt(lambda: note(before, after)):
            await self.versions.insist(id_.encode(), anew)
        if before != after:
            await self._note(action, id_, before, after)
        return after

    async def _note(
        self, action: str, id_: str, before: Migration | None, after: Migration | None
    ) -> None:
        left, right = _shown(before), _shown(after)
        await self._trail.note(action, Entity.MIGRATION, id_, before=left, after=right)


def _shown(migration: Migration | None) -> Shown | None:
    """What the audit says of it."""
    if migration is None:
        return None
    now = migration.now
    return {
        "old": migration.old or "outside",
        "epoch": str(now.number),
        "phase": str(now.phase),
        "share": str(now.share),
        "why": now.why,
        "forced": str(now.forced).lower(),
        "limits": migration.limits.model_dump_json(),
        "proof": migration.proofs[-1].hash if migration.proofs else "",
    }
