"""The consumers on the pages of `docs/sinks`: what waited is taken, nothing is lost."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from bus.delivery.delivery import Accepted
from bus.sending import Parcel
from tests.contract.sinks.parcels import parcel
from tests.integration.sample_places import (
    Place,
    artemis_place,
    kafka_place,
    nats_place,
    pubsub_place,
    rabbitmq_place,
    redis_place,
    sqs_place,
)
from tests.support.aws import running_aws
from tests.support.bus import wait_until
from tests.support.consumer_samples import consuming, sample_of
from tests.support.pace import patience
from tests.support.pubsub_emulator import missing_pubsub, running_pubsub

Opening = tuple[str, Callable[[], AbstractAsyncContextManager[Place]]]
_WAITED_S = 600
_QUIET_S = 8
"""Longer than the samples and their libraries wait for something to come."""
_FIXTURES: Mapping[str, Callable[..., AbstractAsyncContextManager[Place]]] = {
    "nats": nats_place,
    "redis": redis_place,
    "amqp": rabbitmq_place,
    "amqp1": artemis_place,
    "kafka": kafka_place,
    "aws": sqs_place,
    "pubsub": pubsub_place,
}
_SERVERS = {"redis": "redis_server", "amqp": "rabbitmq", "amqp1": "artemis"}


@pytest.fixture(scope="module")
def aws() -> Iterator[int]:
    """The port of moto's server."""
    with running_aws() as port:
        yield port


@pytest.fixture(scope="module")
def pubsub() -> Iterator[object]:
    """Google's emulator."""
    if why := missing_pubsub():
        pytest.skip(why)
    with running_pubsub() as server:
        yield server


@pytest.fixture(
    params=[
        "nats",
        "redis",
        pytest.param("amqp", marks=pytest.mark.rabbitmq),
        pytest.param("amqp1", marks=pytest.mark.artemis),
        pytest.param("kafka", marks=pytest.mark.kafka),
        "aws",
        "pubsub",
    ]
)
def opening(request: pytest.FixtureRequest) -> Opening:
    """A page and its place, whose server runs."""
    page: str = request.param
    if page == "amqp1" and find_spec("proton") is None:
        pytest.skip("its sample needs Apache Qpid Proton (pip: python-qpid-proton)")
    server = request.getfixturevalue(_SERVERS.get(page, page))
    return page, partial(_FIXTURES[page], server)


async def test_what_waited_is_taken(opening: Opening, tmp_path: Path) -> None:
    """Old, signed wrongly, twice: taken, kept apart, taken once; so after a silence."""
    page, opens = opening
    async with opens() as place:
        forged = await _send(place)
        for name, text in (place.files or {}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        code = sample_of(page).replace("orders", place.name)
        async with consuming(code, tmp_path, place.told) as consumer:
            said = await consumer.says(3)
            await wait_until(place.done, 60, "something is not settled")
            said = await consumer.says(3)
            await wait_until(lambda: consumer.quiet_s() > _QUIET_S, 60, "no silence")
            late = _event(place, 6, datetime.now(UTC).timestamp())
            assert await place.sink.send(late) == Accepted(200)
            assert (await consumer.says(4))[3] == "order.updated SO-6"
        await place.sink.close()
        taken = [line for line in said if not line.startswith("kept apart")]
        assert sorted(taken) == ["order.updated SO-2", "order.updated SO-4"]
        assert len(said) == 3
        (kept,) = await place.apart()
        assert kept.body == forged.body
        assert kept.fields["webhook-id"] == forged.event.webhook_id
        assert kept.fields["webhook-signature"] == dict(forged.headers)[_SIGNATURE]


_SIGNATURE = "webhook-signature"


async def _send(place: Place) -> Parcel:
    """A challenge, one twice, a forged one, a new one; returns the forged."""
    now_s = datetime.now(UTC).timestamp()
    old_s = now_s - _WAITED_S
    forged = _event(place, 3, old_s)
    forged.body = forged.body.replace(b"SO-3", b"SO-5")
    asks = _event(place, 1, old_s, "orderbus.verification")
    for sent in (asks, _event(place, 2, old_s), forged):
        assert await place.sink.send(sent) == Accepted(200)
    for sent in (_event(place, 2, old_s), _event(place, 4, now_s)):
        assert await place.sink.send(sent) == Accepted(200)
    return forged


def _event(
    place: Place, number: int, at_s: float, event_type: str = "order.updated"
) -> Parcel:
    body = json.dumps({"type": event_type, "order_id": f"SO-{number}"}).encode()
    return parcel(
        place.url,
        body,
        number=number,
        order=f"SO-{number}",
        event_type=event_type,
        now_s=at_s,
        login=place.login,
        timeout_s=patience(20),
    )
