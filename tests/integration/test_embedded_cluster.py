"""An embedded cluster of three, and its listener for SASL over TLS."""

import asyncio
from pathlib import Path

import pytest
import trustme
from confluent_kafka import KafkaException

from bus.adapters.jvm import EmbeddedKafka, SecureListener
from bus.adapters.kafka import Connection
from bus.adapters.kafka.topic_ids import TopicIds
from tests.support.bus import wait_until
from tests.support.kafka import cache_dir, create_topic, topics, write
from tests.support.secure import keystore

pytestmark = pytest.mark.kafka


async def test_three_brokers_survive_the_loss_of_one(tmp_path: Path) -> None:
    """Records stay acknowledged while one of three is gone, ids are told, all heals."""
    async with EmbeddedKafka(tmp_path, cache_dir(), brokers=3) as kafka:
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


async def test_listens_for_sasl_over_tls(tmp_path: Path) -> None:
    """The secure listener takes the right password over TLS and no other."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    secure = SecureListener(keystore(tmp_path, authority), "alice", "s3cret")
    client = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "alice",
        "ssl.ca.location": str(tmp_path / "ca.pem"),
    }
    async with EmbeddedKafka(tmp_path / "data", cache_dir(), secure=secure) as kafka:
        create_topic(kafka.bootstrap_servers, "orders")
        servers = kafka.secure_bootstrap_servers
        assert topics(servers, {**client, "sasl.password": "s3cret"}) == {"orders"}
        with pytest.raises(KafkaException):
            topics(servers, {**client, "sasl.password": "wrong"}, 2)
