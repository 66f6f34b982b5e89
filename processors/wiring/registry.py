"""The schema registry: our own, to be served, or whichever was chosen, to be asked."""

import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, KafkaTopics
from bus.adapters.registry.remote import RegistrySchemas
from processors.clock import SystemClock
from processors.registry.journal import Journal
from processors.registry.local import LocalSchemas
from processors.registry.server import Registry
from processors.registry.users import Users
from processors.settings import Settings
from processors.wiring.adapters import (
    PATIENCE_S,
    compatible,
    open_schemas,
    read_topology,
)


@asynccontextmanager
async def open_registry(
    settings: Settings,
    *,
    users: Users | None = None,
    host_names: Collection[str] = (),
) -> AsyncIterator[Registry]:
    """Our own registry, on its topic, which is made if it is missing; not started.

    Raises:
        BrokerUnavailableError: Kafka gives no answer.
    """
    connection = Connection(settings.librdkafka())
    topics = KafkaTopics(connection)
    topology = await read_topology(settings, topics)
    wanted = [t for t in topology.fixed() if t.name == topology.schemas]
    await topics.create(wanted)
    publisher = KafkaPublisher(connection, linger_ms=0, delivery_timeout_s=PATIENCE_S)
    try:
        journal = Journal(
            publisher,
            KafkaLogReader(connection, patience_s=PATIENCE_S),
            SystemClock(),
            new_token=lambda: uuid.uuid4().hex,
            topic=topology.schemas,
        )
        yield Registry(journal, compatible, users=users, host_names=host_names)
    finally:
        await publisher.close()


@asynccontextmanager
async def open_subjects(
    settings: Settings,
) -> AsyncIterator[RegistrySchemas | LocalSchemas]:
    """The registry that the settings name, or our own.

    Raises:
        RegistryUnavailableError: It, or its topic, cannot be read.
    """
    connection = Connection(settings.librdkafka())
    async with AsyncExitStack() as stack:
        publisher = KafkaPublisher(
            connection, linger_ms=0, delivery_timeout_s=PATIENCE_S
        )
        stack.push_async_callback(publisher.close)
        reader = KafkaLogReader(connection, patience_s=PATIENCE_S)
        topology = await read_topology(settings, KafkaTopics(connection))
        yield await open_schemas(settings, topology.schemas, stack, publisher, reader)
