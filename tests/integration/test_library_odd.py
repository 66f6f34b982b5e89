"""`Consumer` on a real Kafka: records that are odd, and records that are gone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from confluent_kafka import OFFSET_END
from confluent_kafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import AdminClient

from tests.support.bus import wait_until
from tests.support.foreign import ForeignHeader, write_foreign
from tests.support.kafka import KafkaUnderTest
from tests.support.library import Library, library, produce, take
from tests.support.pace import patience

pytestmark = pytest.mark.kafka

_DEADLINE_S = 30


@pytest.fixture
async def lib(kafka: KafkaUnderTest) -> AsyncIterator[Library]:
    """Clients with topics of their own."""
    async with library(kafka) as made:
        yield made


async def test_unreadable_headers_are_poison_like_any_other(lib: Library) -> None:
    """A header's name that is not UTF-8 is a dead letter; the rest comes."""
    odd = [ForeignHeader(b"ce_id", b"odd"), ForeignHeader(b"\xff", b"v")]
    await asyncio.to_thread(
        write_foreign, lib.bootstrap_servers, lib.topic, odd, b"odd"
    )
    ids = await produce(lib, 20)
    async with lib.consumer() as consumer:
        for received in await take(consumer, 20):
            ids.remove(received.event.id)
            received.settle()
        async with asyncio.timeout(patience(_DEADLINE_S)):
            while not (dead := await lib.records(f"{lib.name}.group.dlq")):
                pass
    assert ids == []
    assert (dead[0].key, dead[0].value) == (b"k", b"odd")
    why = dict(dead[0].headers)["bus-reason"]
    assert why == b"a header's name is not UTF-8: ff"


async def test_what_retention_took_is_counted(lib: Library) -> None:
    """A service that was away too long hears how much it will never see; once."""
    await produce(lib, 30)
    async with lib.consumer() as consumer:
        for received in await take(consumer, 30):
            received.settle()
    await produce(lib, 30)
    admin = AdminClient({"bootstrap.servers": lib.bootstrap_servers})
    everything = [KafkaPartition(lib.topic, p, OFFSET_END) for p in range(3)]
    for deleted in admin.delete_records(everything).values():
        await asyncio.to_thread(deleted.result, _DEADLINE_S)
    async with lib.consumer() as consumer:
        receiving = asyncio.create_task(anext(consumer))
        await wait_until(lambda: consumer.expired == 30, _DEADLINE_S, "nothing told")
        await produce(lib, 1)
        (await receiving).settle()
    assert await lib.lag() == 0
    async with lib.consumer() as consumer:
        await produce(lib, 1)
        (await anext(consumer)).settle()
        assert consumer.expired == 0
