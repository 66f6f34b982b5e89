"""Sources of intake, over a world in memory."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.adapters.memory.topics import MemoryTopics
from bus.client.channels import FolderChannels, channels_folder
from bus.intake.sources import Source, parse_source
from processors.access.trail import TopicAudit, Trail
from processors.sources.document import draft
from processors.sources.steps import Taken, add
from processors.sources.table import SourceTable
from processors.sources.world import SourcesWorld
from processors.sources.writer import SourceWriter
from processors.subscriptions.world import World
from tests.support.channels import CATALOGUE
from tests.support.worlds import KEYS, Randomness, Worlds

CHANNELS = FolderChannels(channels_folder(), CATALOGUE)


def source(**fields: object) -> Source:
    """A source called shop-eu, of Shopify."""
    return parse_source({"id": "shop-eu", "channel": "shopify", **fields})


@asynccontextmanager
async def open_sources(worlds: Worlds) -> AsyncIterator[SourcesWorld]:
    """What a command works with, on the broker of these worlds."""
    worlds.broker.up()
    clock, reader = worlds.clock, MemoryLogReader(worlds.broker)
    publisher = MemoryPublisher(worlds.broker)
    table = SourceTable(
        reader,
        worlds.keys,
        clock,
        on_problem=lambda name, why: worlds.problems.append((name, why)),
    )
    audit = TopicAudit(publisher, clock, worlds.topology.audit)
    trail = Trail(audit, "cli:tester", "here")
    random_bytes = Randomness(7)
    writer = SourceWriter(publisher, table, worlds.keys, clock, random_bytes, trail)
    async with table:
        yield SourcesWorld(
            table=table,
            writer=writer,
            topics=MemoryTopics(worlds.broker),
            topology=worlds.topology,
            channels=CHANNELS,
            trail=trail,
            clock=clock,
            random_bytes=random_bytes,
        )


def sources_over(world: World) -> SourcesWorld:
    """The same over what a gateway has open; nobody follows its table yet."""
    clock = world.clock
    table = SourceTable(world.reader, KEYS, clock)
    random_bytes = Randomness(11)
    args = (world.publisher, table, KEYS, clock, random_bytes, world.trail)
    return SourcesWorld(
        table=table,
        writer=SourceWriter(*args),
        topics=world.topics,
        topology=world.topology,
        channels=CHANNELS,
        trail=world.trail,
        clock=clock,
        random_bytes=random_bytes,
    )


async def added(world: SourcesWorld, **fields: object) -> Taken:
    """A source called shop-eu, added."""
    wanted: Mapping[str, object] = {"id": "shop-eu", "channel": "shopify", **fields}
    return await add(world, draft(wanted))
