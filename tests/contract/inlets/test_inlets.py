"""What a sink sends, an inlet of its kind takes in as it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest

from bus.adapters.nats.server import NatsServer
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.delivery.endpoint import Kind, kind_of
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.ports import NoAnswerKind
from bus.receiving import Inlet, Reaction
from bus.webhook.verdict import Signed, judge_signature
from processors.sinks import Sinks
from processors.wiring.inlets import grpc_inlet, inlet_at, nats_inlet
from tests.contract.inlets.clouds import queue_of
from tests.contract.inlets.partner import Partner, sink_for
from tests.contract.sinks.parcels import NOW_S, SECRET, parcel
from tests.support.aws import KEY
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.nats_server import NatsUnderTest, running_nats
from tests.support.pace import patience
from tests.support.pubsub_emulator import PROJECT, PubsubUnderTest
from tests.support.rabbitmq import RabbitUnderTest
from tests.support.redis_server import RedisUnderTest

KEYS = Login.model_validate(KEY)
Make = Callable[[str], Awaitable[Inlet]]


@pytest.fixture(
    params=[
        "grpc",
        "nats",
        "redis",
        "sqs",
        "pubsub",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("queue", marks=pytest.mark.rabbitmq),
        pytest.param("exchange", marks=pytest.mark.rabbitmq),
    ]
)
def make(request: pytest.FixtureRequest) -> Make:
    """Makes one of each kind; the running servers are asked for outside any loop."""
    if request.param == "grpc":
        return _grpc
    if request.param in _RUNNING:
        fixture, making = _RUNNING[request.param]
        return partial(making, request.getfixturevalue(fixture))
    return partial(_amqp, request.getfixturevalue("rabbitmq").port, request.param)


async def _grpc(name: str) -> Inlet:
    del name
    return grpc_inlet("127.0.0.1", 0)


async def _kafka(kafka: KafkaUnderTest, name: str) -> Inlet:
    servers = kafka.bootstrap_servers
    await asyncio.to_thread(create_topic, servers, name)
    return inlet_at(f"kafka://{servers}/{name}", Kind.KAFKA, None, 0)


async def _nats(server: NatsUnderTest, name: str) -> Inlet:
    return nats_inlet(f"nats://127.0.0.1:{server.port}/{name}.{{type}}", stream=name)


async def _redis(server: RedisUnderTest, name: str) -> Inlet:
    url = f"redis://127.0.0.1:{server.port}/{name}"
    return inlet_at(url, Kind.REDIS, None, 0)


async def _sqs(port: int, name: str) -> Inlet:
    return inlet_at(await queue_of(port, name), Kind.SQS, KEYS, 0)


async def _pubsub(server: PubsubUnderTest, name: str) -> Inlet:
    await asyncio.to_thread(server.topic, name)
    url = f"pubsub+http://127.0.0.1:{server.port}/{PROJECT}/{name}"
    return inlet_at(url, Kind.PUBSUB, None, 0)


async def _amqp(port: int, kind: str, name: str) -> Inlet:
    return inlet_at(await _rabbit(port, name, kind), Kind.AMQP, None, 0)


_RUNNING: Mapping[str, tuple[str, Callable[..., Awaitable[Inlet]]]] = {
    "kafka": ("kafka", _kafka),
    "nats": ("nats", _nats),
    "redis": ("redis_server", _redis),
    "sqs": ("aws", _sqs),
    "pubsub": ("pubsub", _pubsub),
}
"""Those of the session, by the fixtures that run their servers."""


@pytest.fixture
async def inlet(make: Make) -> AsyncIterator[Inlet]:
    """One of each kind."""
    made = await make(f"t{uuid4().hex[:12]}")
    yield made
    await made.close()


async def _rabbit(port: int, name: str, kind: str) -> str:
    """A queue or an exchange of that name; the URL of what was made."""
    async with await aio_pika.connect(f"amqp://127.0.0.1:{port}") as connection:
        channel = await connection.channel()
        if kind == "queue":
            await channel.declare_queue(name, durable=True)
            return f"amqp://127.0.0.1:{port}/queues/{name}"
        await channel.declare_exchange(name, "topic", durable=True)
        return f"amqp://127.0.0.1:{port}/exchanges/{name}"


async def test_it_arrives_as_it_was_sent(inlet: Inlet, sinks: Sinks) -> None:
    """The body byte for byte, and in headers what verifies it."""
    partner = Partner()
    url = await inlet.open(partner.take)
    login = KEY if kind_of(url) is Kind.SQS else None
    sent = parcel(url, b'{"n":\xc3\xbc}', headers={"X-Token": "t0"}, login=login)

    assert await sink_for(sinks, url).send(sent) == Accepted(200)

    got = await partner.next()
    assert got.body == sent.body
    told = {name.decode(): value.decode() for name, value in got.headers.items()}
    assert told["content-type"] == "application/json"
    assert told["x-token"] == "t0"
    signed = Signed(
        told["webhook-id"],
        told["webhook-timestamp"],
        told["webhook-signature"],
        got.body,
    )
    assert judge_signature(signed, [SECRET], NOW_S).good


# --- gRPC


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Reaction(200, "c0"), Accepted(200, "c0")),
        (Reaction(204), Accepted(200)),
        (Reaction(401, "not ours"), Refused(401, "UNAUTHENTICATED not ours")),
        (Reaction(404), Refused(404, "NOT_FOUND")),
        (Reaction(422, "no shop"), Refused(400, "REFUSED no shop")),
        (Reaction(429, "busy", 7.5), Throttled(429, 7.5, "THROTTLED busy")),
        (Reaction(500, "oops"), Failed(500, None, "FAILED oops")),
        (Reaction(502, "", 2.0), Failed(500, 2.0, "FAILED")),
        (Reaction(503, "later"), Failed(503, None, "UNAVAILABLE later")),
        (Reaction(0), Unreachable(NoAnswerKind.TIMEOUT, "no receipt in time")),
    ],
    ids=range(10),
)
async def test_what_it_says_is_heard(
    says: Reaction, outcome: Outcome, sinks: Sinks
) -> None:
    """What a status of HTTP means, the bus hears by gRPC, too."""
    inlet = grpc_inlet("127.0.0.1", 0)
    url = await inlet.open(Partner(says).take)
    sent = parcel(url, timeout_s=0.5 if not says.status else 5, probe=True)

    assert await sink_for(sinks, url).send(sent) == outcome

    await inlet.close()


async def test_a_port_that_is_taken() -> None:
    """Is said."""
    first = grpc_inlet("127.0.0.1", 0)
    url = await first.open(Partner().take)
    second = grpc_inlet("127.0.0.1", int(url.rpartition(":")[2]))

    with pytest.raises(ConfigurationError, match="cannot listen on 127"):
        await second.open(Partner().take)

    await first.close()


# --- queues


async def test_after_a_restart_it_hears_again(sinks: Sinks) -> None:
    """A server that was away is connected to anew."""
    with running_nats() as server:
        partner = Partner()
        url = f"nats://127.0.0.1:{server.port}/shop"
        inlet = nats_inlet(url, stream="shop")
        await inlet.open(partner.take)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        sink, number = sink_for(sinks, url), 0
        async with asyncio.timeout(patience(30)):
            while not partner.arrivals:
                number += 1
                await sink.send(parcel(url, number=number))
        await inlet.close()


_ABSENT = (("x", Kind.NATS), ("queues/x", Kind.AMQP), ("x", Kind.REDIS))


async def test_nobody_there() -> None:
    """Is said at once, with the URL."""
    for path, kind in _ABSENT:
        inlet = inlet_at(f"{kind}://127.0.0.1:1/{path}", kind, None, 0)
        with pytest.raises(ConfigurationError, match=f"{kind}://127.0.0.1:1/"):
            await inlet.open(Partner().take)
        await inlet.close()


@pytest.mark.kafka
async def test_a_topic_that_is_not_there(kafka: KafkaUnderTest) -> None:
    """Is said at once."""
    url = f"kafka://{kafka.bootstrap_servers}/nobody.{uuid4().hex}"
    inlet = inlet_at(url, Kind.KAFKA, None, 0)
    with pytest.raises(ConfigurationError, match="nobody"):
        await inlet.open(Partner().take)
    await inlet.close()


@pytest.mark.rabbitmq
async def test_a_queue_that_is_not_there(rabbitmq: RabbitUnderTest) -> None:
    """Is said at once."""
    url = f"amqp://127.0.0.1:{rabbitmq.port}/queues/nobody"
    inlet = inlet_at(url, Kind.AMQP, None, 0)
    with pytest.raises(ConfigurationError, match="nobody"):
        await inlet.open(Partner().take)
    await inlet.close()


@pytest.mark.parametrize("url", ["kafka://x", "nats://127.0.0.1/a b", "x://y/z"])
def test_no_such_url(url: str) -> None:
    """Is refused, with what was expected."""
    with pytest.raises(ConfigurationError, match="expected"):
        inlet_at(url, Kind.KAFKA, None, 0)


# --- the demo's server


async def test_a_server_beside_us(tmp_path: Path, sinks: Sinks) -> None:
    """It starts on a free port, keeps a stream, and ends."""
    server = NatsServer(tmp_path)
    port = await server.start()
    partner = Partner()
    inlet = nats_inlet(f"nats://127.0.0.1:{port}/shop.{{type}}", stream="shop")
    url = await inlet.open(partner.take)

    assert await sink_for(sinks, url).send(parcel(url)) == Accepted(200)
    assert (await partner.next()).place == "/shop.order.updated"

    await inlet.close()
    await server.stop()
    await server.stop()
