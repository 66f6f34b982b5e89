"""An embedded cluster of three, and its listener for SASL over TLS."""

from pathlib import Path

import pytest
import trustme
from confluent_kafka import KafkaException
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bus.adapters.jvm import EmbeddedKafka, SecureListener
from tests.support.kafka import cache_dir, create_topic, topics, write

pytestmark = pytest.mark.kafka


async def test_three_brokers_survive_the_loss_of_one(tmp_path: Path) -> None:
    """Records stay acknowledged while any one of three is gone, and it comes back."""
    async with EmbeddedKafka(tmp_path, cache_dir(), brokers=3) as kafka:
        create_topic(kafka.bootstrap_servers, "orders", partitions=6, replication=3)
        values = [b"%d" % number for number in range(60)]
        assert write(kafka.bootstrap_servers, "orders", *values) == 60
        victim = kafka.nodes[1]
        await victim.kill()
        assert not victim.running
        assert write(kafka.bootstrap_servers, "orders", *values) == 60
        await victim.start()
        await kafka.nodes[0].ready(frozenset({1, 2, 3}))
        assert write(victim.bootstrap_server, "orders", *values) == 60


def _keystore(folder: Path, authority: trustme.CA) -> Path:
    """A server certificate for loopback as Kafka reads it: a PKCS#8 key first."""
    certificate = authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(certificate.private_key_pem.bytes(), password=None)
    chain = b"".join(part.bytes() for part in certificate.cert_chain_pems)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(pkcs8 + chain)
    return file


async def test_listens_for_sasl_over_tls(tmp_path: Path) -> None:
    """The secure listener takes the right password over TLS and no other."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    secure = SecureListener(_keystore(tmp_path, authority), "alice", "s3cret")
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
