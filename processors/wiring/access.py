"""Keys as a process has them: server keys from its settings, the table from Kafka."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bus.access.digests import ServerKeys
from bus.adapters.kafka import (
    Connection,
    KafkaLogReader,
    KafkaPublisher,
    KafkaTopics,
)
from bus.ports import Clock, LogReader, Publisher
from bus.topics.topology import Topology
from processors.access.table import KeyTable, OnProblem
from processors.access.trail import OnMissed, Trail
from processors.access.world import KeysWorld
from processors.access.writer import KeyWriter
from processors.clock import SystemClock
from processors.settings import Settings
from processors.subscriptions.keys import parse_keys, read_key_file
from processors.wiring.adapters import PATIENCE_S, read_keys, read_topology
from processors.wiring.trail import command_trail


def server_keys(settings: Settings) -> ServerKeys:
    """The keys that digests of tokens are under; every process needs the same ones.

    Raises:
        ConfigurationError: There is none, or it cannot be used.
    """
    if settings.api_key_secret is not None:
        text = settings.api_key_secret.get_secret_value()
        return ServerKeys.of(parse_keys(text, "ORDERBUS_API_KEY_SECRET").all)
    if settings.api_key_secret_file is not None:
        return ServerKeys.of(read_key_file(settings.api_key_secret_file).all)
    return ServerKeys.derived(read_keys(settings).all)


def make_keys_world(  # noqa: PLR0913, PLR0917 - the parts of one process
    settings: Settings,
    publisher: Publisher,
    reader: LogReader,
    clock: Clock,
    topology: Topology,
    trail: Trail,
    on_problem: OnProblem = lambda _id, _why: None,
) -> KeysWorld:
    """Put together what works with keys; its table has to be followed."""
    table = KeyTable(reader, clock, topic=topology.keys, on_problem=on_problem)
    server = server_keys(settings)
    writer = KeyWriter(publisher, table, server, clock, os.urandom, trail)
    return KeysWorld(
        table=table, writer=writer, server_keys=server, trail=trail, clock=clock
    )


@asynccontextmanager
async def open_keys(
    settings: Settings, missed: OnMissed = lambda _change, _why: None
) -> AsyncIterator[KeysWorld]:
    """Open what the key commands work with.

    Raises:
        ConfigurationError: A setting cannot be used.
        BrokerUnavailableError: Kafka gives no answer.
    """
    connection = Connection(settings.librdkafka())
    clock = SystemClock()
    topology = await read_topology(settings, KafkaTopics(connection))
    reader = KafkaLogReader(connection, patience_s=PATIENCE_S)
    publisher = KafkaPublisher(connection, linger_ms=0, delivery_timeout_s=PATIENCE_S)
    trail = command_trail(publisher, clock, topology.audit, missed)
    world = make_keys_world(settings, publisher, reader, clock, topology, trail)
    try:
        async with world.table:
            yield world
    finally:
        await publisher.close()
