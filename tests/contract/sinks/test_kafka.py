"""What the sink of Kafka promises beside what all sinks do, against a real one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.kafka import Connection, KafkaLogReader
from bus.adapters.kafka.sink import KafkaSink
from bus.delivery.delivery import Accepted, Refused, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from bus.record import Record
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.strange_kafka import kafka_sink
from tests.contract.sinks.test_kafka_apart import clients
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.pace import patience
from tests.support.relay import Relay
from tests.support.secure import Secure, secure_kafka

pytestmark = pytest.mark.kafka
LOGIN = {"username": "alice", "password": "s3cret", "mechanism": "plain"}


@pytest.fixture
async def sink() -> AsyncIterator[KafkaSink]:
    """A sink that may connect to loopback."""
    made = kafka_sink()
    yield made
    await made.close()


@pytest.fixture
def topic(kafka: KafkaUnderTest) -> str:
    """The URL of a new topic with several partitions."""
    name = f"sink.{uuid4().hex[:12]}"
    create_topic(kafka.bootstrap_servers, name, partitions=4)
    return f"kafka://{kafka.bootstrap_servers}/{name}"


async def records(kafka: KafkaUnderTest, url: str) -> list[Record]:
    """All records of a topic."""
    reader = KafkaLogReader(Connection({"bootstrap.servers": kafka.bootstrap_servers}))
    found: list[Record] = []
    async for batch in reader.read(url.rpartition("/")[2]):
        found += batch
    return found


async def test_the_record(kafka: KafkaUnderTest, sink: KafkaSink, topic: str) -> None:
    """CloudEvents' binary mode, the order id as its key."""
    assert await sink.send(parcel(topic, order="SO-7")) == Accepted(200)

    (one,) = await records(kafka, topic)
    headers = {name: value.decode() for name, value in one.headers}
    assert one.key == b"SO-7"
    assert headers["ce_id"] == "evt-1"
    assert headers["ce_subject"] == "SO-7"
    assert headers["ce_region"] == "eu"
    assert headers["content-type"] == "application/json"
    assert len(headers) == len(one.headers)


async def test_orders_keep_their_partition(
    kafka: KafkaUnderTest, sink: KafkaSink, topic: str
) -> None:
    """What is of one order stands in one partition, in the order it was sent."""
    for number in range(30):
        order = f"SO-{number % 3}"
        sent = parcel(topic, str(number).encode(), number=number, order=order)
        assert await sink.send(sent) == Accepted(200)

    found = await records(kafka, topic)
    for key in (b"SO-0", b"SO-1", b"SO-2"):
        own = [one for one in found if one.key == key]
        assert len({one.partition for one in own}) == 1
        numbers = [int(one.value or b"") for one in own]
        assert numbers == sorted(numbers)
        assert len(numbers) == 10


async def test_too_large(sink: KafkaSink, topic: str) -> None:
    """What the topic never takes is refused, not tried again and again."""
    random = b"".join(uuid4().bytes for _ in range(100_000))

    outcome = await sink.send(parcel(topic, random, timeout_s=patience(10)))

    assert outcome == Refused(413, "MSG_SIZE_TOO_LARGE")
    assert await sink.send(parcel(topic, timeout_s=patience(10))) == Accepted(200)


# --- signing in


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """A Kafka that asks for a password, and lets alice write to few topics."""
    with secure_kafka(tmp_path_factory.mktemp("secure")) as made:
        create_topic(made.plain.bootstrap_servers, "shop.orders")
        yield made


async def test_login(secure: Secure, sink: KafkaSink) -> None:
    """With the password and the authority it is taken, without either it is not."""
    authority = await asyncio.to_thread(
        Path(secure.client["ssl.ca.location"]).read_text
    )
    tls, url = Tls(ca=authority), f"kafkas://{secure.servers}/shop.orders"
    sent = parcel(url, tls=tls, login=LOGIN, timeout_s=patience(10))
    assert await sink.send(sent) == Accepted(200)

    wrong = {**LOGIN, "password": "wr0ng"}
    outcome = await sink.send(parcel(url, tls=tls, login=wrong, timeout_s=3))
    assert isinstance(outcome, Refused)
    assert outcome.status == 401
    assert "wr0ng" not in outcome.detail

    outcome = await sink.send(parcel(url, login=LOGIN, timeout_s=3))
    assert isinstance(outcome, Unreachable)
    assert outcome.kind in {NoAnswerKind.TLS, NoAnswerKind.CONNECT}


async def test_who_leaves_has_no_producer(sink: KafkaSink, topic: str) -> None:
    """Its client ends, with the process that it has."""
    assert await sink.send(parcel(topic, timeout_s=patience(20))) == Accepted(200)
    assert len(clients()) == 1

    sink.leave("acme")

    await wait_until(lambda: not clients(), patience(10), "its process has ended")


async def test_brokers_of_a_cluster_are_judged(
    kafka: KafkaUnderTest, topic: str
) -> None:
    """Not only where a client begins: nothing is sent to a broker that may not be."""
    port = int(kafka.bootstrap_servers.rpartition(":")[2])
    async with Relay(port, host="127.0.0.2") as relay:
        places = GuardedPlaces(Guard(allow=["127.0.0.2/32"]), "kafka")
        sink = KafkaSink(places)
        url = topic.replace(kafka.bootstrap_servers, f"127.0.0.2:{relay.port}")
        for _ in range(2):
            found = await sink.send(parcel(url))
            assert isinstance(found, Unreachable)
            assert found.kind is NoAnswerKind.FORBIDDEN
            assert "the cluster names a broker" in found.detail
        await sink.close()
    assert await records(kafka, topic) == []
