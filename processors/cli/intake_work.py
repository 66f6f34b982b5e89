"""What the commands on stored submissions work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import typer

from bus.client.channels import FolderChannels, channels_folder
from bus.client.schemas import load_catalogue
from processors.cli.root import Root
from processors.convert.stored import Desk
from processors.sources.table import SourceTable
from processors.subscriptions.keys import NO_KEYS
from processors.subscriptions.world import World


def schemas_dir(ctx: typer.Context) -> Path:
    """The folder of schemas, by the settings."""
    given = ctx.obj
    return (given if isinstance(given, Root) else Root({})).given().schemas_dir


@asynccontextmanager
async def open_desk(ctx: typer.Context, world: World) -> AsyncIterator[Desk]:
    """Open it, the sources loaded, their secrets left sealed.

    Raises:
        BrokerUnavailableError, TopicError: The sources cannot be read.
    """
    folder = schemas_dir(ctx)
    channels = FolderChannels(channels_folder(folder), load_catalogue(folder))
    topic = world.topology.intake_sources
    async with SourceTable(world.reader, NO_KEYS, world.clock, topic=topic) as table:
        await table.loaded()
        yield Desk(world, table, channels)
