"""Changes sources: read, change, write, and see it read back.

Of two changes made at once one stands, and the writer of the other makes its own again
on top of it; see `bus.versions`.
"""

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from typing import Self, TypeAlias

from bus.access.entities import Entity
from bus.errors import SourceNotFoundError, SourceStateError, VersionMismatchError
from bus.intake.sources import Source
from bus.ports import Clock, Publisher
from processors.access.trail import IN_DOUBT, Trail, in_doubt
from processors.sources.audited import differences
from processors.sources.stored import store
from processors.sources.table import SourceTable
from processors.subscriptions.keys import Keys
from processors.versioned import VersionedWriter, Wanted

Change: TypeAlias = Callable[[Source], Source]
_AnyChange: TypeAlias = Callable[[Source | None], Source | None]


class SourceWriter:
    """Writes sources over `publisher`, reads them back through `table`.

    Methods raise `ConflictError` (others keep changing it), `PublishError` (not
    written) and `BrokerUnavailableError` (written, but not read back in time). A change
    that changes nothing writes nothing.
    """

    def __init__(
        self,
        publisher: Publisher,
        table: SourceTable,
        keys: Keys,
        clock: Clock,
        random_bytes: Callable[[int], bytes],
        trail: Trail,
    ) -> None:
        self.versions = VersionedWriter(publisher, table, clock)
        self._table = table
        self._keys = keys
        self._clock = clock
        self._random_bytes = random_bytes
        self._trail = trail

    def by(self, trail: Trail) -> Self:
        """The same writer, its changes somebody else's."""
        other = copy(self)
        other._trail = trail  # noqa: SLF001 - our own
        return other

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self._clock.now(), UTC)

    async def add(self, source: Source) -> Source:
        """Write a new source.

        Raises:
            SourceStateError: there is one with this id.
        """

        def change(old: Source | None) -> Source:
            if old is not None:
                raise SourceStateError("id", f"{old.id} exists already")
            return source.model_copy(update={"created_at": self.now})

        return _there(await self._write(source.id, change, "add"), source.id)

    async def update(
        self,
        source_id: str,
        change: Change,
        *,
        if_version: str | None = None,
        action: str = "change",
    ) -> Source:
        """Change one. `change` may be called again, with another's newer version.

        Raises:
            SourceNotFoundError: there is none with this id.
            VersionMismatchError: it is not as it was in `if_version` any more.
        """
        written = await self._write(
            source_id, lambda old: change(_there(old, source_id)), action, if_version
        )
        return _there(written, source_id)

    async def remove(self, source_id: str, *, if_version: str | None = None) -> None:
        """Take it out of the topic, even one whose record cannot be opened."""
        before: Source | None = None

        def anew() -> Wanted:
            nonlocal before
            self._refuse_other(source_id, if_version)
            before = self._table.get(source_id)
            return Wanted(None)

        async def doubt() -> None:
            await self._note(f"remove{IN_DOUBT}", source_id, before, None)

        async with in_doubt(doubt):
            await self.versions.insist(source_id.encode(), anew)
        await self._note("remove", source_id, before, None)

    # --- one write

    async def _write(
        self,
        source_id: str,
        change: _AnyChange,
        action: str,
        if_version: str | None = None,
    ) -> Source | None:
        before: Source | None = None
        after: Source | None = None

        def anew() -> Wanted | None:
            nonlocal before, after
            self._refuse_unreadable(source_id)
            self._refuse_other(source_id, if_version)
            before = self._table.get(source_id)
            after = change(before)
            if after == before or after is None:
                return None
            after = after.model_copy(update={"updated_at": self.now})
            return Wanted(store(after, self._keys, self._random_bytes))

        async def doubt() -> None:
            if after != before:
                await self._note(f"{action}{IN_DOUBT}", source_id, before, after)

        async with in_doubt(doubt):
            await self.versions.insist(source_id.encode(), anew)
        if after != before:
            await self._note(action, source_id, before, after)
        return self._table.get(source_id)

    async def _note(
        self,
        action: str,
        source_id: str,
        before: Source | None,
        after: Source | None,
    ) -> None:
        left, right = differences(before, after)
        whose = after or before
        await self._trail.note(
            action,
            Entity.SOURCE,
            source_id,
            tenant=whose.owner if whose else "",
            before=left,
            after=right,
        )

    def _refuse_other(self, source_id: str, if_version: str | None) -> None:
        if if_version not in {None, self._table.version(source_id)}:
            raise VersionMismatchError(f"source {source_id} was changed meanwhile")

    def _refuse_unreadable(self, source_id: str) -> None:
        if (why := self._table.unreadable.get(source_id)) is not None:
            problem = f"its stored record cannot be read: {why}"
            raise SourceStateError(source_id, problem)


def _there(source: Source | None, source_id: str) -> Source:
    if source is None:
        raise SourceNotFoundError(f"no source {source_id}")
    return source
