"""A Kafka that asks for a password and shows a certificate (SASL_SSL)."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bus import Consumer, Producer
from bus.adapters.jvm import EmbeddedKafka, SecureListener
from bus.errors import BrokerUnavailableError, ConfigurationError, PublishError
from bus.samples.lifecycles import sample
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest, cache_dir
from tests.support.library import STARTED, take

pytestmark = pytest.mark.kafka

EVENT = sample("order.created", 1, STARTED)


@dataclass(frozen=True)
class Secure:
    """The secure listener, and what a client needs to know of it."""

    servers: str
    plain: KafkaUnderTest
    client: Mapping[str, str]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """A broker with a certificate of an authority of our own."""
    folder = tmp_path_factory.mktemp("secure")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    listener = SecureListener(_keystore(folder, authority), "alice", "s3cret")
    kafka = EmbeddedKafka(folder / "data", cache_dir(), secure=listener)
    client = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "alice",
        "sasl.password": "s3cret",
        "ssl.ca.location": str(folder / "ca.pem"),
    }
    with asyncio.Runner() as runner:
        runner.run(kafka.start())
        try:
            plain = KafkaUnderTest(kafka.bootstrap_servers)
            yield Secure(kafka.secure_bootstrap_servers, plain, client)
        finally:
            runner.run(kafka.stop())


def _keystore(folder: Path, authority: trustme.CA) -> Path:
    """A certificate for loopback as Kafka reads it: a PKCS#8 key first."""
    certificate = authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(certificate.private_key_pem.bytes(), password=None)
    chain = b"".join(part.bytes() for part in certificate.cert_chain_pems)
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(pkcs8 + chain)
    return file


async def test_a_webhook_goes_out_over_sasl_ssl(secure: Secure, tmp_path: Path) -> None:
    """Producer, worker and Consumer take librdkafka's security settings as they are."""
    async with running_bus(secure.plain, tmp_path, "secure") as bus:
        await bus.subscribe("erp")
        variables: dict[str, object] = {
            f"kafka_{name.replace('.', '_')}": value
            for name, value in secure.client.items()
        }
        variables["bootstrap_servers"] = secure.servers
        worker = await bus.run("all", share=1, **variables)
        await worker.ready()
        async with producer(secure, bus, secure.client) as oms:
            await oms.send_event(EVENT)
        await wait_until(lambda: bus.accepted("/erp"), 30, "the webhook is accepted")
        async with consumer(secure, bus, secure.client) as service:
            (received,) = await take(service, 1)
            received.settle()
        assert await worker.stop() == 0
        said = worker.log.read_text()
    assert bus.accepted("/erp") == [received.event.id] == [EVENT.id]
    assert "s3cret" not in said


async def test_a_wrong_password_is_told(secure: Secure, tmp_path: Path) -> None:
    """Not waited for in silence, and never repeated in the error."""
    wrong = {**secure.client, "sasl.password": "hunter2"}
    quick = {**wrong, "delivery.timeout.ms": "1500"}
    async with running_bus(secure.plain, tmp_path, "wrong") as bus:
        with pytest.raises((BrokerUnavailableError, ConfigurationError)) as refused:
            await consumer(secure, bus, wrong).__aenter__()
        async with producer(secure, bus, quick) as oms:
            with pytest.raises(PublishError) as unsent:
                await oms.send_event(EVENT)
    for error in (refused, unsent):
        assert "hunter2" not in str(error.value)


def producer(secure: Secure, bus: Bus, kafka: Mapping[str, str]) -> Producer:
    """A producer over the secure listener."""
    prefix = f"{bus.name}.oms."
    return Producer(secure.servers, bus.registry_url, kafka=kafka, topic_prefix=prefix)


def consumer(secure: Secure, bus: Bus, kafka: Mapping[str, str]) -> Consumer:
    """A consumer over the secure listener."""
    return Consumer(
        secure.servers,
        bus.registry_url,
        group=f"{bus.name}.service",
        topics=[f"{bus.name}.oms.order"],
        kafka=kafka,
    )
