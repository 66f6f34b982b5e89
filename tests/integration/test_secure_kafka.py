"""A Kafka that asks for a password and shows a certificate (SASL_SSL)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from confluent_kafka import KafkaException

from bus import Consumer, Producer
from bus.errors import BrokerUnavailableError, ConfigurationError, PublishError
from bus.samples.lifecycles import sample
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.kafka import create_topic, topics
from tests.support.library import STARTED, take
from tests.support.secure import Secure, secure_kafka

pytestmark = pytest.mark.kafka

EVENT = sample("order.created", 1, STARTED)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """A broker with a certificate of an authority of our own."""
    with secure_kafka(tmp_path_factory.mktemp("secure")) as made:
        yield made


def test_listens_for_sasl_over_tls(secure: Secure) -> None:
    """The secure listener takes the right password over TLS and no other."""
    create_topic(secure.plain.bootstrap_servers, "secured")
    assert "secured" in topics(secure.servers, secure.client)
    with pytest.raises(KafkaException):
        topics(secure.servers, {**secure.client, "sasl.password": "wrong"}, 2)


async def test_a_webhook_goes_out_over_sasl_ssl(secure: Secure, tmp_path: Path) -> None:
    """Producer, worker and Consumer take librdkafka's security settings as they are."""
    async with running_bus(secure.plain, tmp_path, "secure") as bus:
        await bus.subscribe("erp")
        worker = await bus.run("all", share=1, **secure.settings)  # type: ignore[arg-type]
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
