"""What the AMQP 1.0 sink promises, against RabbitMQ's plug-in."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest

from bus.adapters.amqp1.sink import Amqp1Sink
from bus.adapters.http.names import Names
from bus.delivery.delivery import Accepted, Refused, Unreachable
from bus.delivery.subscription import Tls
from tests.contract.sinks.amqp1_worlds import amqp1_sink
from tests.contract.sinks.parcels import parcel
from tests.support.pace import patience
from tests.support.rabbitmq import (
    MOST_BYTES,
    NAME,
    PASSWORD,
    SHOP,
    SHOP_PASSWORD,
    USER,
    RabbitUnderTest,
)

pytestmark = pytest.mark.rabbitmq
LOGIN = {"username": USER, "password": PASSWORD}
FEW = {"username": SHOP, "password": SHOP_PASSWORD}


@pytest.fixture
async def sink() -> AsyncIterator[Amqp1Sink]:
    """A sink to which every name is loopback."""
    made = amqp1_sink(names=Names(lambda _: ["127.0.0.1"]))
    yield made
    await made.close()


@pytest.fixture
async def queue(
    rabbitmq: RabbitUnderTest,
) -> AsyncIterator[aio_pika.abc.AbstractQueue]:
    """A queue of the test's own, read as AMQP 0-9-1."""
    connection = await aio_pika.connect(
        f"amqp://{USER}:{PASSWORD}@127.0.0.1:{rabbitmq.port}"
    )
    async with connection, connection.channel() as channel:
        made = await channel.declare_queue(f"q.{uuid4().hex[:12]}")
        yield made
        await made.delete(if_unused=False, if_empty=False)


def url(rabbitmq: RabbitUnderTest, address: str) -> str:
    """An endpoint's URL; RabbitMQ's addresses begin with a slash."""
    return f"amqp1://127.0.0.1:{rabbitmq.port}/{address}"


@pytest.mark.parametrize(
    ("address", "login", "status"),
    [
        ("/exchange/nowhere", LOGIN, 404),
        ("/exchange/amq.topic", FEW, 403),
        ("/amq/queue/a?hostname=vhost:nowhere", LOGIN, 403),
        ("/amq/queue/a", {**LOGIN, "password": "wr0ng"}, 401),
    ],
)
async def test_refused(
    rabbitmq: RabbitUnderTest,
    sink: Amqp1Sink,
    address: str,
    login: dict[str, str],
    status: int,
) -> None:
    """No such exchange, not allowed, no such virtual host, a wrong password."""
    outcome = await sink.send(parcel(url(rabbitmq, address), login=login))
    assert isinstance(outcome, Refused)
    assert outcome.status == status
    assert "wr0ng" not in outcome.detail


async def test_fields(
    rabbitmq: RabbitUnderTest, sink: Amqp1Sink, queue: aio_pika.abc.AbstractQueue
) -> None:
    """What RabbitMQ makes of a message: durable, its type, its id; routed by type."""
    await queue.bind("amq.topic", "order.*")
    sent = parcel(url(rabbitmq, "/exchange/amq.topic"), login=LOGIN)
    assert await sink.send(sent) == Accepted(200)
    got = await queue.get(no_ack=True)
    assert got is not None
    assert got.body == sent.body
    assert got.content_type == "application/json"
    assert got.message_id == sent.event.webhook_id
    assert got.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert got.routing_key == "order.updated"


async def test_too_large(
    rabbitmq: RabbitUnderTest, sink: Amqp1Sink, queue: aio_pika.abc.AbstractQueue
) -> None:
    """What it never takes is refused, and costs those beside it no refusal."""
    to, wait = url(rabbitmq, f"/amq/queue/{queue.name}"), patience(20)
    large = parcel(to, b"x" * (MOST_BYTES + 1), number=99, login=LOGIN, timeout_s=wait)
    small = [parcel(to, number=n, login=LOGIN, timeout_s=wait) for n in range(10)]
    outcomes = await asyncio.gather(
        *(sink.send(one) for one in (*small[:5], large, *small[5:]))
    )
    refused = outcomes.pop(5)
    assert isinstance(refused, Refused)
    assert refused.status == 413
    assert not any(isinstance(one, Refused) for one in outcomes)
    assert await sink.send(parcel(to, login=LOGIN, timeout_s=wait)) == Accepted(200)


async def test_order(
    rabbitmq: RabbitUnderTest, sink: Amqp1Sink, queue: aio_pika.abc.AbstractQueue
) -> None:
    """What is begun in order arrives so, though many are under way."""
    to = url(rabbitmq, f"/amq/queue/{queue.name}")
    sent = [
        parcel(to, b"%d" % n, number=n, login=LOGIN, timeout_s=patience(20))
        for n in range(300)
    ]
    await asyncio.gather(*(sink.send(one) for one in sent))
    found = [int((await queue.get(no_ack=True)).body) for _ in sent]  # type: ignore[union-attr]
    assert found == list(range(300))


async def test_tls(
    rabbitmq: RabbitUnderTest, sink: Amqp1Sink, queue: aio_pika.abc.AbstractQueue
) -> None:
    """The authority's certificate for the name, or nothing is sent."""
    where = f"{rabbitmq.secure_port}//amq/queue/{queue.name}"
    tls = Tls(ca=rabbitmq.authority.cert_pem.bytes().decode())
    named = parcel(f"amqps1://{NAME}:{where}", tls=tls, login=LOGIN)
    assert await sink.send(named) == Accepted(200)
    other = parcel(f"amqps1://other.example:{where}", tls=tls, login=LOGIN)
    assert isinstance(await sink.send(other), Unreachable)
