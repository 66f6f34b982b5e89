"""What the engine changes by itself: a subscription whose endpoint answers 410."""

import asyncio
import os

from bus.errors import OrderbusError
from bus.ports import Observer
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.writer import SubscriptionWriter
from processors.telemetry import names
from processors.wiring.adapters import Adapters
from processors.wiring.trail import missing_in, own_trail


class Disabling:
    """Writes beside the deliveries; what fails, the next 410 tries again."""

    def __init__(
        self, adapters: Adapters, table: SubscriptionTable, observer: Observer
    ) -> None:
        self._observer = observer
        publisher, clock = adapters.publisher, adapters.clock
        missed = missing_in(observer)
        trail = own_trail(publisher, clock, adapters.topology.audit, missed)
        self._writer = SubscriptionWriter(
            publisher, table, adapters.keys, clock, os.urandom, trail
        )
        self._tasks: set[asyncio.Task[None]] = set()

    async def settle(self) -> None:
        """Settle what a command has left that died while it wrote."""
        await self._writer.versions.settle_all()

    async def keep_settled(self) -> None:
        """Do so for ever."""
        await self._writer.versions.keep_settled()

    def disable(self, subscription: str, why: str) -> None:
        """Hold all deliveries of a subscription."""
        task = asyncio.create_task(self._disable(subscription, why))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _disable(self, subscription: str, why: str) -> None:
        try:
            await self._writer.disable(subscription, why)
        except OrderbusError as error:
            self._observer.note(
                names.TROUBLE, subscription=subscription, why=f"not disabled: {error}"
            )
