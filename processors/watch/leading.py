"""Which of several watches leads: who gets the topic's one partition from the group."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from bus.record import Commit, Expired, Record, TopicPartition


class Leading:
    """Hears of the partition; fulfils `bus.ports.Listener`. Takes no records."""

    def __init__(self) -> None:
        self.leads = False
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Return at the next change."""
        await self._changed.wait()

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """It leads from now on."""
        if positions:
            self._set(leads=True)

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """It no longer leads; nothing is committed, the table is read whole."""
        if partitions:
            self._set(leads=False)
        return {}

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Another one leads already."""
        if partitions:
            self._set(leads=False)

    def records(self, batch: Sequence[Record]) -> None:
        """None are wanted: the board reads them."""

    def expired(self, gone: Expired) -> None:
        """Compaction takes what was overwritten; nothing is lost."""

    def has_room(self) -> bool:
        """Always: what comes is dropped."""
        return True

    def _set(self, *, leads: bool) -> None:
        self.leads = leads
        self._changed.set()
        self._changed = asyncio.Event()
