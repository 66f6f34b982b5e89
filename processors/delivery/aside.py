"""Putting aside what nobody can decode."""

import asyncio

from bus.record import Record
from processors.delivery.hops import Hops
from processors.delivery.partition import Partition


class Aside:
    """Writes undecodable records to the quarantine topic, in the background."""

    def __init__(self, hops: Hops) -> None:
        self._hops = hops
        self._tasks: set[asyncio.Task[None]] = set()

    def put(
        self, partition: Partition, record: Record, delivery: str, why: str
    ) -> None:
        """Quarantine a record whose `delivery` was begun; settle it when written."""
        task = asyncio.create_task(self._put(partition, record, delivery, why))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put(
        self, partition: Partition, record: Record, delivery: str, why: str
    ) -> None:
        if not partition.open:
            return
        partition.started()
        try:
            if await self._hops.to_quarantine(partition, record, why):
                partition.settle(record.offset, delivery)
        finally:
            partition.finished()
