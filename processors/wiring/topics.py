"""What the topic commands work with: less than others, as topics come first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaTopics
from processors.settings import Settings
from processors.topics import TopicsWorld
from processors.wiring.adapters import PATIENCE_S, read_topology


@asynccontextmanager
async def open_topics(
    settings: Settings, file: Path | None = None, replication: int | None = None
) -> AsyncIterator[TopicsWorld]:
    """Open it; `file` and `replication` beat the settings.

    Raises:
        ConfigurationError: a setting or the declaration cannot be used.
        BrokerUnavailableError: Kafka gives no answer.
    """
    given = {"topics_file": file, "replication_factor": replication}
    update = {name: value for name, value in given.items() if value is not None}
    settings = settings.model_copy(update=update)
    connection = Connection(settings.librdkafka())
    topics = KafkaTopics(connection)
    topology = await read_topology(settings, topics)
    yield TopicsWorld(
        topics, KafkaLogReader(connection, patience_s=PATIENCE_S), topology
    )
