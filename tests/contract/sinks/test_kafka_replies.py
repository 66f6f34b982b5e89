"""What Kafka's brokers answer that `test_replies.py` has of those that are told.

Kafka's broker says what it says, so it is none of `conftest.SCRIPTED`: 401 and 413 are
in test_kafka.py, 403 and 404 here. It throttles by holding answers back, and librdkafka
asks again within the timeout where a connection breaks.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from bus.adapters.kafka import Connection
from bus.adapters.kafka.producer import KafkaPublisher
from bus.adapters.kafka.sink import KafkaSink
from bus.delivery.delivery import Accepted, Refused
from bus.delivery.subscription import Tls
from bus.errors import PublishError
from bus.record import Message
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.strange_kafka import kafka_sink
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.pace import patience
from tests.support.secure import Secure, secure_kafka

pytestmark = pytest.mark.kafka
LOGIN = {"username": "alice", "password": "s3cret", "mechanism": "plain"}


@pytest.fixture
async def sink() -> AsyncIterator[KafkaSink]:
    """A sink that may connect to loopback."""
    made = kafka_sink()
    yield made
    await made.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """A Kafka that knows alice, and lets her write nowhere."""
    folder = tmp_path_factory.mktemp("guarded")
    with secure_kafka(folder, authorized=True) as made:
        yield made


async def test_not_authorised(guarded: Secure, sink: KafkaSink) -> None:
    """Who may not write to a topic is refused for good; no secret is told."""
    authority = await asyncio.to_thread(
        Path(guarded.client["ssl.ca.location"]).read_text
    )
    sent = parcel(
        f"kafkas://{guarded.servers}/shop.orders",
        tls=Tls(ca=authority),
        login=LOGIN,
        timeout_s=patience(10),
    )
    for _ in range(3):
        outcome = await sink.send(sent)

        assert isinstance(outcome, Refused), outcome
        assert outcome.status == 403
        assert "s3cret" not in outcome.detail


async def test_no_such_topic(kafka: KafkaUnderTest, sink: KafkaSink) -> None:
    """A topic that does not turn up is refused for good."""
    url = f"kafka://{kafka.bootstrap_servers}/nobody.{uuid4().hex}"
    outcome = await sink.send(parcel(url, timeout_s=patience(10)))

    assert isinstance(outcome, Refused), outcome
    assert outcome.status == 404


@contextmanager
def _let_in(guarded: Secure, topic: str) -> Iterator[None]:
    admin = AdminClient({"bootstrap.servers": guarded.plain.bootstrap_servers})
    literal, allow = ResourcePatternType.LITERAL, AclPermissionType.ALLOW
    which = ResourceType.TOPIC, topic, literal, "User:alice", "*"
    right = AclBinding(*which, AclOperation.WRITE, allow)
    for made in admin.create_acls([right]).values():
        made.result(patience(30))
    yield
    same = AclBindingFilter(*which, AclOperation.WRITE, allow)
    for gone in admin.delete_acls([same]).values():
        gone.result(patience(30))


async def test_who_is_let_in_later(guarded: Secure) -> None:
    """A producer that has failed for good is followed by another one, here and there.

    Who may write nowhere gets no number for an idempotent producer, which is fatal.
    """
    authority = await asyncio.to_thread(
        Path(guarded.client["ssl.ca.location"]).read_text
    )
    topic = f"shop.{uuid4().hex}"
    url, tls = f"kafkas://{guarded.servers}/{topic}", Tls(ca=authority)
    sent = parcel(url, tls=tls, login=LOGIN, timeout_s=patience(10))
    told: list[object] = []
    publisher = KafkaPublisher(
        Connection({"bootstrap.servers": guarded.servers, **guarded.client}),
        delivery_timeout_s=patience(10),
        on_event=lambda _, fields: told.append(fields.get("fatal")),
    )
    sink = kafka_sink()
    create_topic(guarded.plain.bootstrap_servers, topic)
    assert isinstance(await sink.send(sent), Refused)
    with pytest.raises(PublishError):
        await publisher.publish(Message(topic, b"SO-1", b"{}"))
    await wait_until(lambda: True in told, patience(10), "it has failed for good")

    with _let_in(guarded, topic):
        async with asyncio.timeout(patience(30)):  # until its broker has heard of it
            while await sink.send(sent) != Accepted(200):
                pass
            while not await _taken(publisher, topic):
                pass
    await sink.close()
    await publisher.close()


async def _taken(publisher: KafkaPublisher, topic: str) -> bool:
    try:
        await publisher.publish(Message(topic, b"SO-1", b"{}"))
    except PublishError:
        return False
    return True
