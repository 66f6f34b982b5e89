"""What the global options of `bus` open, all of it over one broker in memory."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from typing_extensions import override

from processors.access.world import KeysWorld
from processors.cli.root import Root
from processors.collecting.handing import FilesWorld
from processors.parked.world import ParkedWorld
from processors.sources.world import SourcesWorld
from processors.subscriptions.world import World
from tests.support.access import open_access
from tests.support.collecting import Files
from tests.support.parked import triage
from tests.support.sources import CHANNELS, open_sources
from tests.support.worlds import Worlds


@dataclass(frozen=True)
class HeldRoot(Root):
    """What the options said, and one broker for all that they open."""

    worlds: Worlds

    @override
    def __call__(self) -> AbstractAsyncContextManager[World]:
        return self.worlds.open()

    @override
    def reading(self) -> AbstractAsyncContextManager[World]:
        return self.worlds.open()

    @override
    @asynccontextmanager
    async def keys(self) -> AsyncIterator[KeysWorld]:
        self.worlds.broker.up()
        async with open_access(self.worlds, 7) as access:
            yield access.world

    @override
    @asynccontextmanager
    async def parked(self) -> AsyncIterator[ParkedWorld]:
        self.worlds.broker.up()
        async with triage(self.worlds) as desk:
            yield desk.world

    @override
    @asynccontextmanager
    async def files(self) -> AsyncIterator[FilesWorld]:
        self.worlds.broker.up()
        files = Files(self.worlds)
        yield FilesWorld(files, CHANNELS, files.taker())

    @override
    @asynccontextmanager
    async def sources(self, *, reads: bool = False) -> AsyncIterator[SourcesWorld]:
        async with open_sources(self.worlds) as sources:
            yield sources
