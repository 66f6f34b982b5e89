"""What convert works with, opened for a process and closed after it."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bus.adapters.http.asker import HttpAsker
from bus.adapters.kafka import (
    Connection,
    KafkaGroups,
    KafkaLogReader,
    KafkaPublisher,
    KafkaTopics,
    OnEvent,
)
from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.ports import Clock, Schemas
from bus.topics.topology import Topology
from processors.clock import SystemClock
from processors.settings import Settings
from processors.subscriptions.keys import Keys
from processors.telemetry.observer import Telemetry
from processors.telemetry.troubles import ClientTroubles
from processors.wiring.adapters import (
    make_guard,
    open_schemas,
    read_keys,
    read_topology,
)
from processors.wiring.serve import check_topics

_FLUSH_S = 2.0
_LINGER_MS, _NOTES_LINGER_MS = 5.0, 50.0
"""What is converted at once is written at once. Nobody waits for a note but the commit
and the next message of its order; alone, each costs brokers as much as an event.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertWorld:
    """What the program works with."""

    settings: Settings
    connection: Connection
    on_event: OnEvent
    topology: Topology
    catalogue: Catalogue
    topics: KafkaTopics
    reader: KafkaLogReader
    notes: KafkaPublisher
    noted: KafkaLogReader
    publisher: KafkaPublisher
    groups: KafkaGroups
    schemas: Schemas
    keys: Keys
    asker: HttpAsker
    clock: Clock = field(default_factory=SystemClock)


async def open_convert(
    settings: Settings, telemetry: Telemetry, stack: AsyncExitStack
) -> ConvertWorld:
    """Open it; closed with the stack.

    Raises:
        OrderbusError: Something that is needed cannot be had.
    """
    on_event = ClientTroubles(telemetry, SystemClock())
    connection = Connection(settings.librdkafka())
    publisher = KafkaPublisher(connection, linger_ms=_LINGER_MS, on_event=on_event)
    notes = KafkaPublisher(connection, linger_ms=_NOTES_LINGER_MS, on_event=on_event)
    # After the drain what is not acknowledged belongs to somebody else.
    for one in (publisher, notes):
        stack.push_async_callback(one.close, _FLUSH_S)
    reader = KafkaLogReader(connection, on_event=on_event)
    topics = KafkaTopics(connection, on_event=on_event)
    topology = await read_topology(settings, topics)
    await check_topics(settings, topology, topics)
    asker = HttpAsker(make_guard(settings))
    stack.push_async_callback(asker.close)
    return ConvertWorld(
        settings=settings,
        connection=connection,
        on_event=on_event,
        topology=topology,
        catalogue=load_catalogue(settings.schemas_dir),
        topics=topics,
        reader=reader,
        notes=notes,
        noted=KafkaLogReader(connection, on_event=on_event, gathers=True),
        publisher=publisher,
        groups=KafkaGroups(connection),
        schemas=await open_schemas(
            settings, topology.schemas, stack, publisher, reader
        ),
        keys=read_keys(settings),
        asker=asker,
    )
