"""Rules for a process that serves: followed from the first time that they are asked."""

import asyncio
from collections.abc import Callable, Sequence

from bus.errors import BrokerUnavailableError
from bus.intake.rules.lines import Line
from processors.rules.opening import READ_S, rules_world
from processors.rules.world import RulesWorld
from processors.subscriptions.world import World


class HeldRules:
    """Opens rules and lookup tables once somebody asks, and follows them from then on.

    Most processes are never asked, and tables may be large. `shipped` reads the rules
    that come with the bus.
    """

    def __init__(self, world: World, shipped: Callable[[], Sequence[Line]]) -> None:
        self._world = world
        self._shipped = shipped
        self._opened: RulesWorld | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self) -> RulesWorld:
        """The rules, read to their end.

        Raises:
            ConfigurationError: Those that come with the bus cannot be used.
            BrokerUnavailableError: They cannot be read in time.
        """
        if self._opened is None or any(task.done() for task in self._tasks):
            await self.close()
            self._opened = rules_world(self._world, self._shipped())
            self._tasks = [
                asyncio.create_task(one.run(), name=f"follow {one.topic}")
                for one in (self._opened.table, self._opened.lookups)
            ]
        try:
            async with asyncio.timeout(READ_S):
                await self._opened.ready()
        except TimeoutError:
            raise BrokerUnavailableError("the rules cannot be read in time") from None
        return self._opened

    async def close(self) -> None:
        """Follow them no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._opened, self._tasks = None, []
