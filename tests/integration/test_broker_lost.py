"""A broker that is lost while a topic is read from end to end."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from confluent_kafka import Producer

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection, KafkaLogReader
from bus.errors import BrokerUnavailableError
from bus.record import Record
from tests.support.kafka import cache_dir, create_topic

COUNT = 20_000
"""Of a kilobyte each: more than a reader has fetched ahead."""


@pytest.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[EmbeddedKafka]:
    """One of its own, to be frozen."""
    async with EmbeddedKafka(tmp_path / "kafka", cache_dir(), short=True) as kafka:
        create_topic(kafka.bootstrap_servers, "t")
        producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
        for _ in range(COUNT):
            producer.produce("t", value=1_000 * b"x", partition=0)
        assert producer.flush(60) == 0
        yield kafka


async def frozen_at_first(
    kafka: EmbeddedKafka, reader: KafkaLogReader, read: list[Record]
) -> None:
    """Read it all, the broker frozen as soon as something has come."""
    async for batch in reader.read("t", stop={0: COUNT}):
        read += batch
        kafka.nodes[0].pause()


async def read_all(reader: KafkaLogReader) -> None:
    """Read it all."""
    async for _ in reader.read("t"):
        pass


@pytest.mark.kafka
async def test_it_is_told_once_and_within_the_patience(kafka: EmbeddedKafka) -> None:
    """In the middle what came counts; whoever asks anew is not put off three times."""
    heard: list[Mapping[str, object]] = []
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers})
    reader = KafkaLogReader(
        connection, on_event=lambda _, fields: heard.append(fields), patience_s=2
    )
    read: list[Record] = []
    said = r"^t cannot be read on: nothing came of it for 2 s$"
    with pytest.raises(BrokerUnavailableError, match=said):
        await frozen_at_first(kafka, reader, read)
    assert 0 < len(read) < COUNT
    heard.clear()
    with pytest.raises(BrokerUnavailableError):
        await read_all(reader)
    assert not [one for one in heard if one.get("topic") == "t"], "tried again"
    kafka.nodes[0].resume()
