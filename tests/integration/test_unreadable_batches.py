"""A batch that nobody can read stops neither its partition nor a command."""

import asyncio
from collections.abc import Sequence

import pytest
from confluent_kafka import Producer

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaSource
from bus.record import Record
from tests.contract.recorder import DEADLINE_S, Recorder
from tests.contract.world import Scene
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience

pytestmark = pytest.mark.kafka

# Less than what is written becomes, and as little as librdkafka takes.
SMALL = {"fetch.max.bytes": "1000000", "receive.message.max.bytes": "1000512"}
BAD = 3
EXPECTED = [
    (0, b"before", False),
    *((n, None, True) for n in range(1, 1 + BAD)),
    (1 + BAD, b"after", False),
]


async def written(scene: Scene, kafka: KafkaUnderTest) -> str:
    """A topic with a batch of some thousand bytes that are megabytes."""
    topic = await scene.topic()
    await scene.write(topic, b"before")
    producer = Producer(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "compression.type": "zstd",
            "linger.ms": 200,
            "message.max.bytes": 100_000_000,
            "batch.size": 100_000_000,
        }
    )
    for _ in range(BAD):
        producer.produce(topic, bytes(1_000_000), partition=0)
    assert await asyncio.to_thread(producer.flush, 30) == 0
    await scene.write(topic, b"after")
    return topic


def told(records: Sequence[Record]) -> list[tuple[int, bytes | None, bool]]:
    """Where each stands, what it holds, and whether it could not be read."""
    return [(r.offset, r.value, bool(r.unreadable)) for r in records]


async def test_a_member_reads_on(scene: Scene, kafka: KafkaUnderTest) -> None:
    """Each record of the batch is told with the reason; the next one comes."""
    topic = await written(scene, kafka)
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers, **SMALL})
    source, recorder = KafkaSource(connection, scene.name), Recorder()
    await source.start([topic], recorder)
    await recorder.until_values(len(EXPECTED))
    await source.stop()
    assert told(recorder.got) == EXPECTED


async def test_a_command_reads_on(scene: Scene, kafka: KafkaUnderTest) -> None:
    """As a member does."""
    topic = await written(scene, kafka)
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers, **SMALL})
    reader = KafkaLogReader(connection)
    async with asyncio.timeout(patience(DEADLINE_S)):
        found = [r async for batch in reader.read(topic) for r in batch]
    assert told(found) == EXPECTED
