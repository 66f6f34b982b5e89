"""Registries under test."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import TypeAlias
from uuid import uuid4

import pytest

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, KafkaTopics
from bus.adapters.memory import (
    MemoryBroker,
    MemoryClock,
    MemoryLogReader,
    MemoryPublisher,
)
from bus.contracts.compatibility import Level, check
from bus.ports import LogReader, Publisher
from bus.topics.topic import TopicState
from processors.registry.journal import TOPIC, Journal
from processors.registry.server import Registry
from processors.registry.users import Users, line_of
from tests.support.kafka import KafkaUnderTest
from tests.support.worlds import topology

Place: TypeAlias = Callable[[], AbstractAsyncContextManager[str]]


def avro_check(
    new: str, earlier: Sequence[tuple[str, str]], level: str
) -> tuple[str, ...]:
    """The bus's own compatibility check, as the registry takes it."""
    return check(new, earlier, Level(level))


def new_token() -> str:
    """A token that nobody else has."""
    return uuid4().hex


def schemas_topic() -> TopicState:
    """The registry's topic, as it is declared."""
    (topic,) = [topic for topic in topology().fixed() if topic.name == TOPIC]
    return topic


def memory_broker() -> MemoryBroker:
    """A broker in memory that has the registry's topic."""
    broker = MemoryBroker(MemoryClock())
    broker.create(schemas_topic())
    return broker


def journal_on(
    publisher: Publisher,
    reader: LogReader,
    *,
    topic: str = TOPIC,
    timeout_s: float = 15,
) -> Journal:
    """A journal, not yet started."""
    return Journal(
        publisher,
        reader,
        MemoryClock(),
        new_token=new_token,
        topic=topic,
        timeout_s=timeout_s,
    )


@asynccontextmanager
async def registry_in_memory(
    broker: MemoryBroker,
    *,
    passwords: dict[str, str] | None = None,
    host_names: Sequence[str] = (),
) -> AsyncIterator[Registry]:
    """One instance of our registry on a broker in memory, serving."""
    journal = journal_on(MemoryPublisher(broker), MemoryLogReader(broker))
    lines = [line_of(n, p, bytes(16)) for n, p in (passwords or {}).items()]
    users = Users.parse("\n".join(lines)) if lines else None
    registry = Registry(journal, avro_check, users=users, host_names=host_names)
    await registry.start()
    try:
        yield registry
    finally:
        await registry.stop()


@asynccontextmanager
async def registry_on_kafka(
    kafka: KafkaUnderTest, topic: str
) -> AsyncIterator[Registry]:
    """One instance of our registry on a real Kafka, serving; makes the topic."""
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers})
    await KafkaTopics(connection).create([replace(schemas_topic(), name=topic)])
    publisher = KafkaPublisher(connection, linger_ms=0)
    journal = journal_on(publisher, KafkaLogReader(connection), topic=topic)
    registry = Registry(journal, avro_check)
    try:
        await registry.start()
        yield registry
    finally:
        await registry.stop()
        await publisher.close()


def place_of(kind: str, request: pytest.FixtureRequest) -> Place:
    """Where a registry of this kind runs."""
    if kind == "apicurio":
        url = str(request.getfixturevalue("apicurio"))
        return lambda: _standing(url)
    if kind == "kafka":
        kafka: KafkaUnderTest = request.getfixturevalue("kafka")
        return lambda: _serving(registry_on_kafka(kafka, f"_schemas-{uuid4().hex}"))
    return lambda: _serving(registry_in_memory(memory_broker()))


@asynccontextmanager
async def _serving(
    registry: AbstractAsyncContextManager[Registry],
) -> AsyncIterator[str]:
    async with registry as running:
        yield running.url


@asynccontextmanager
async def _standing(url: str) -> AsyncIterator[str]:
    yield url
