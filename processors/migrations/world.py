"""What is worked with on migrations, and opening it for a command."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

from bus.errors import BrokerUnavailableError
from bus.migration.fared import Fared
from processors.access.trail import Trail
from processors.migrations.table import MigrationTable
from processors.migrations.view import LedgerView
from processors.migrations.writer import MigrationWriter
from processors.subscriptions.world import World

READ_S = 60.0
Ask: TypeAlias = Callable[[str, int], Awaitable[Fared | None]]
"""How a subscription did in the last seconds, not before; None: nobody knows."""


async def nobody_knows(_subscription: str, _span_s: int) -> Fared | None:
    """Of a bus without a log."""
    return None


@dataclass(frozen=True, kw_only=True)
class MigrationsWorld:
    """Migrations, followed already, what changes them, and what gates ask."""

    table: MigrationTable
    view: LedgerView
    writer: MigrationWriter
    world: World
    ask: Ask = nobody_knows

    def by(self, trail: Trail) -> Self:
        """The same world, what is done in it somebody else's."""
        return replace(self, writer=self.writer.by(trail))


def migrations_world(world: World, ask: Ask = nobody_knows) -> MigrationsWorld:
    """Put together what works with migrations; its table has to be followed."""
    table = MigrationTable(world.reader, world.clock, topic=world.topology.migrations)
    writer = MigrationWriter(world.publisher, table, world.clock, world.trail)
    view = LedgerView(table, world.reader, world.clock)
    return MigrationsWorld(table=table, view=view, writer=writer, world=world, ask=ask)


@asynccontextmanager
async def open_migrations(
    world: World, ask: Ask = nobody_knows
) -> AsyncIterator[MigrationsWorld]:
    """Follow migrations, read to their end.

    Raises:
        BrokerUnavailableError: Nothing came of them for too long.
    """
    opened = migrations_world(world, ask)
    async with opened.table:
        await opened.table.loaded()
        yield opened


class HeldMigrations:
    """Opens migrations once somebody asks, and follows them from then on."""

    def __init__(self, world: World, ask: Ask = nobody_knows) -> None:
        self._world = world
        self._ask = ask
        self._opened: MigrationsWorld | None = None
        self._task: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self) -> MigrationsWorld:
        """The migrations, read to their end.

        Raises:
            BrokerUnavailableError: They cannot be read in time.
        """
        if self._opened is None or self._task is None or self._task.done():
            await self.close()
            self._opened = migrations_world(self._world, self._ask)
            run = self._opened.table.run()
            self._task = asyncio.create_task(run, name="follow migrations")
            look = self._opened.view.run()
            self._looking = asyncio.create_task(look, name="look at migrations")
        try:
            async with asyncio.timeout(READ_S):
                await self._opened.table.ready()
        except TimeoutError:
            raise BrokerUnavailableError(
                "the migrations cannot be read in time"
            ) from None
        return self._opened

    async def close(self) -> None:
        """Follow them no more."""
        tasks = [one for one in (self._task, self._looking) if one is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._opened = self._task = self._looking = None
