"""What writes events as the OMS does, on the Kafka and registry of the settings."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, KafkaTopics
from bus.client.producer import EventWriter
from bus.client.schemas import load_catalogue
from processors.settings import Settings
from processors.wiring.adapters import PATIENCE_S, open_schemas, read_topology


@asynccontextmanager
async def open_writer(settings: Settings) -> AsyncIterator[EventWriter]:
    """Open it; needs no encryption key, as it reads no subscription.

    Raises:
        ConfigurationError: a setting cannot be used.
        BrokerUnavailableError: Kafka gives no answer.
        RegistryUnavailableError: the registry's topic cannot be read.
    """
    connection = Connection(settings.librdkafka())
    topology = await read_topology(settings, KafkaTopics(connection))
    async with AsyncExitStack() as stack:
        publisher = KafkaPublisher(
            connection, linger_ms=0, delivery_timeout_s=PATIENCE_S
        )
        stack.push_async_callback(publisher.close)
        reader = KafkaLogReader(connection, patience_s=PATIENCE_S)
        schemas = await open_schemas(
            settings, topology.schemas, stack, publisher, reader
        )
        yield EventWriter(publisher, schemas, load_catalogue(settings.schemas_dir))
