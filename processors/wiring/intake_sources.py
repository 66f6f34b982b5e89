"""Sources of intake, from Kafka, with the channels of the settings."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, KafkaTopics
from bus.client.channels import FolderChannels, channels_folder
from bus.client.schemas import load_catalogue
from processors.access.trail import OnMissed
from processors.clock import SystemClock
from processors.settings import Settings
from processors.sources.table import SourceTable
from processors.sources.world import SourcesWorld
from processors.sources.writer import SourceWriter
from processors.subscriptions.world import World
from processors.wiring.adapters import (
    PATIENCE_S,
    find_keys,
    read_keys,
    read_topology,
)
from processors.wiring.trail import command_trail

_unheard: OnMissed = lambda _change, _why: None  # noqa: E731 - a default


def make_channels(settings: Settings) -> FolderChannels:
    """The channels in the folder of the settings."""
    folder = channels_folder(settings.schemas_dir)
    return FolderChannels(folder, load_catalogue(settings.schemas_dir))


@asynccontextmanager
async def open_sources(
    settings: Settings, *, missed: OnMissed = _unheard, reads: bool = False
) -> AsyncIterator[SourcesWorld]:
    """Open what a source command works with; one that only `reads` needs no key.

    Raises:
        ConfigurationError: A setting cannot be used.
        BrokerUnavailableError: Kafka gives no answer.
    """
    connection, clock = Connection(settings.librdkafka()), SystemClock()
    keys = find_keys(settings) if reads else read_keys(settings)
    topics = KafkaTopics(connection)
    topology = await read_topology(settings, topics)
    reader = KafkaLogReader(connection, patience_s=PATIENCE_S)
    publisher = KafkaPublisher(connection, linger_ms=0, delivery_timeout_s=PATIENCE_S)
    table = SourceTable(reader, keys, clock, topic=topology.intake_sources)
    trail = command_trail(publisher, clock, topology.audit, missed)
    writer = SourceWriter(publisher, table, keys, clock, os.urandom, trail)
    try:
        async with table:
            await table.loaded()
            yield SourcesWorld(
                table=table,
                writer=writer,
                topics=topics,
                topology=topology,
                channels=make_channels(settings),
                trail=trail,
                clock=clock,
                random_bytes=os.urandom,
            )
    finally:
        await publisher.close()


def sources_of(world: World, settings: Settings) -> SourcesWorld:
    """The same over what a gateway has open already; nobody follows its table yet."""
    publisher, clock, keys = world.publisher, world.clock, read_keys(settings)
    topic = world.topology.intake_sources
    table = SourceTable(world.reader, keys, clock, topic=topic)
    writer = SourceWriter(publisher, table, keys, clock, os.urandom, world.trail)
    return SourcesWorld(
        table=table,
        writer=writer,
        topics=world.topics,
        topology=world.topology,
        channels=make_channels(settings),
        trail=world.trail,
        clock=clock,
        random_bytes=os.urandom,
    )
