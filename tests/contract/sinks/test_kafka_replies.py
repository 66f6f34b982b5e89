"""What Kafka's brokers answer that `test_replies.py` has of those that are told.

Kafka's broker says what it says, so it is none of `conftest.SCRIPTED`: 401 and 413 are
in test_kafka.py, 403 and 404 here. It throttles by holding answers back, and librdkafka
asks again within the timeout where a connection breaks.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.kafka.sink import KafkaSink
from bus.delivery.delivery import Refused
from bus.delivery.subscription import Tls
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import LOOPBACK
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.secure import Secure, secure_kafka

pytestmark = pytest.mark.kafka
LOGIN = {"username": "alice", "password": "s3cret", "mechanism": "plain"}


@pytest.fixture
async def sink() -> AsyncIterator[KafkaSink]:
    """A sink that may connect to loopback."""
    made = KafkaSink(GuardedPlaces(Guard(allow=LOOPBACK), "kafka"))
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
    for _ in range(2):
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
