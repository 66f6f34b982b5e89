"""Files of intake: taken by hand, or from watched folders, on Kafka of the settings."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bus.adapters.folder import LocalFolder
from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, KafkaTopics
from bus.ports import Clock, LogReader, Observer, Publisher, Schemas
from bus.topics.topology import Topology
from processors.clock import SystemClock
from processors.collecting.answers import Answers, AnswersWorld
from processors.collecting.handing import FilesWorld
from processors.collecting.ledger import Ledger
from processors.collecting.taking import Taker
from processors.collecting.watching import FolderWatch
from processors.settings import Settings
from processors.sources.table import SourceTable
from processors.telemetry.unheard import Unheard
from processors.wiring.adapters import (
    PATIENCE_S,
    read_keys,
    read_topology,
)
from processors.wiring.intake_sources import make_channels


def taker_for(
    reader: LogReader,
    publisher: Publisher,
    topology: Topology,
    clock: Clock,
    observer: Observer,
) -> Taker:
    """What takes files, with a ledger of its own."""
    return Taker(
        ledger=Ledger(reader, publisher, topology.collected),
        reader=reader,
        publisher=publisher,
        topology=topology,
        clock=clock,
        observer=observer,
        random_bytes=os.urandom,
    )


def folder_watch(
    settings: Settings, table: SourceTable, taker: Taker, schemas: Schemas
) -> FolderWatch:
    """The watch over the subfolders of the settings' folder."""
    answers = Answers(
        AnswersWorld(
            reader=taker.reader,
            publisher=taker.publisher,
            schemas=schemas,
            topology=taker.topology,
            clock=taker.clock,
        )
    )
    root = (settings.intake_folder or Path()).absolute()
    return FolderWatch(
        sources=table,
        channel_of=make_channels(settings).get,
        folder_of=lambda source: LocalFolder(root / source),
        taker=taker,
        clock=taker.clock,
        observer=taker.observer,
        look_s=settings.intake_folder_look_s,
        settle_s=settings.intake_folder_settle_s,
        answers=answers,
    )


@asynccontextmanager
async def open_files(settings: Settings) -> AsyncIterator[FilesWorld]:
    """Open what takes files by hand.

    Raises:
        ConfigurationError: a setting cannot be used.
        BrokerUnavailableError: Kafka gives no answer.
    """
    connection, clock = Connection(settings.librdkafka()), SystemClock()
    keys = read_keys(settings)
    topology = await read_topology(settings, KafkaTopics(connection))
    reader = KafkaLogReader(connection, patience_s=PATIENCE_S)
    publisher = KafkaPublisher(connection, linger_ms=0, delivery_timeout_s=PATIENCE_S)
    table = SourceTable(reader, keys, clock, topic=topology.intake_sources)
    try:
        async with table:
            await table.loaded()
            yield FilesWorld(
                table=table,
                channels=make_channels(settings),
                taker=taker_for(reader, publisher, topology, clock, Unheard()),
            )
    finally:
        await publisher.close()
