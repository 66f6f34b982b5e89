"""An embedded cluster of three."""

import asyncio
from pathlib import Path

import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection
from bus.adapters.kafka.topic_ids import TopicIds
from tests.support.bus import wait_until
from tests.support.kafka import cache_dir, create_topic, write

pytestmark = pytest.mark.kafka


@pytest.mark.long
async def test_three_brokers_survive_the_loss_of_one(tmp_path: Path) -> None:
    """Records stay acknowledged while one of three is gone, ids are told, all heals."""
    async with EmbeddedKafka(tmp_path, cache_dir(), brokers=3, short=True) as kafka:
        create_topic(kafka.bootstrap_servers, "orders", partitions=6, replication=3)
        values = [b"%d" % number for number in range(60)]
        assert write(kafka.bootstrap_servers, "orders", *values) == 60
        ids = TopicIds(Connection({"bootstrap.servers": kafka.bootstrap_servers}))
        told = ids.ask(["orders"]).told().ids
        victim = kafka.nodes[1]
        await victim.kill()
        assert not victim.running
        assert write(kafka.bootstrap_servers, "orders", *values) == 60
        assert told

        async def told_again() -> bool:
            answer = await asyncio.to_thread(ids.ask(["orders"]).told)
            return answer.ids == told

        await wait_until(told_again, 30, "who the controller is now tells the ids")
        await victim.start()
        await kafka.nodes[0].ready(frozenset({1, 2, 3}))
        assert write(victim.bootstrap_server, "orders", *values) == 60
