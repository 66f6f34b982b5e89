"""The orders whose rows are under way: one row of an order at a time, many orders."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import groupby

from bus.outbox.judging import Hold
from bus.outbox.rows import Fate, OutboxRow, Refused
from processors.outbox.publishing import Outcome


class Lanes:
    """Publishes the rows of each order one after the other, orders side by side.

    An order stays busy until what became of its rows is written down: else its rows
    would be fetched, and published, again. `waits`: after a refused row its order goes
    no further.
    """

    def __init__(
        self,
        publish: Callable[[OutboxRow], Awaitable[Outcome]],
        *,
        waits: bool,
    ) -> None:
        self._publish = publish
        self._waits = waits
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._rows: dict[str, int] = {}
        self._fates: list[Fate] = []

    @property
    def busy(self) -> Collection[str]:
        """The orders that have rows under way, or not yet written down."""
        return self._tasks.keys()

    @property
    def rows(self) -> int:
        """How many rows those are."""
        return sum(self._rows.values())

    @property
    def under_way(self) -> Collection[asyncio.Task[None]]:
        """What can be waited for."""
        return [task for task in self._tasks.values() if not task.done()]

    def begin(self, rows: Sequence[OutboxRow]) -> None:
        """Publish rows, in order of their numbers, of orders that are not busy."""
        by_order = sorted(rows, key=lambda row: (row.entry.order_id, row.number))
        for order_id, of_order in groupby(by_order, lambda row: row.entry.order_id):
            if order_id in self._tasks:
                continue  # another text in the database, the same one here
            lane = list(of_order)
            self._rows[order_id] = len(lane)
            self._tasks[order_id] = asyncio.create_task(self._run(lane))

    async def _run(self, lane: Sequence[OutboxRow]) -> None:
        for row in lane:
            outcome = await self._publish(row)
            if isinstance(outcome, Hold):
                return
            self._fates.append(outcome)
            if isinstance(outcome, Refused) and self._waits:
                return

    def done(self) -> tuple[Sequence[Fate], Collection[str]]:
        """What became of rows so far, and the orders that have ended."""
        ended = [order_id for order_id, task in self._tasks.items() if task.done()]
        return list(self._fates), ended

    def settled(self, fates: Sequence[Fate], ended: Collection[str]) -> None:
        """Forget what is written down; the first of the fates, as `done` gave them."""
        del self._fates[: len(fates)]
        for order_id in ended:
            del self._rows[order_id]
            self._tasks.pop(order_id).result()

    async def cancel(self) -> None:
        """Wait for nothing that is under way any more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
