"""What the AMQP sink promises, against a real RabbitMQ."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest
import trustme

from bus.adapters.amqp.sink import AmqpSink
from bus.adapters.http.names import Names
from bus.delivery.delivery import Accepted, Refused, Throttled, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.queue_worlds import amqp_sink
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
LOGIN = {"username": SHOP, "password": SHOP_PASSWORD}


@pytest.fixture
async def sink() -> AsyncIterator[AmqpSink]:
    """A sink to which every name is loopback."""
    made = amqp_sink(names=Names(lambda _: ["127.0.0.1"]))
    yield made
    await made.close()


@pytest.fixture
async def channel(
    rabbitmq: RabbitUnderTest,
) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    """A partner's own way to its broker."""
    connection = await aio_pika.connect(
        f"amqp://{USER}:{PASSWORD}@127.0.0.1:{rabbitmq.port}"
    )
    async with connection, connection.channel() as opened:
        yield opened


async def queue(
    channel: aio_pika.abc.AbstractChannel, **arguments: object
) -> aio_pika.abc.AbstractQueue:
    """A queue of the test's own."""
    name = f"q.{uuid4().hex[:12]}"
    return await channel.declare_queue(name, auto_delete=True, arguments=arguments)  # type: ignore[arg-type]


async def test_no_exchange(rabbitmq: RabbitUnderTest, sink: AmqpSink) -> None:
    """Is refused with RabbitMQ's own words, and again by a new channel."""
    for _ in range(2):
        outcome = await sink.send(parcel(rabbitmq.url("/exchanges/nowhere")))
        assert outcome == Refused(404, "NOT_FOUND no exchange 'nowhere' in vhost '/'")


async def test_no_queue(rabbitmq: RabbitUnderTest, sink: AmqpSink) -> None:
    """What is routed to nobody comes back, and is refused."""
    for path in ("/queues/nowhere", "/exchanges/amq.topic"):
        outcome = await sink.send(parcel(rabbitmq.url(path)))
        assert outcome == Refused(404, "NO_ROUTE"), path


async def test_no_vhost(rabbitmq: RabbitUnderTest, sink: AmqpSink) -> None:
    """A virtual host that is not there, or not ours, is refused."""
    for vhost in ("nowhere", "other"):
        outcome = await sink.send(
            parcel(rabbitmq.url(f"/{vhost}/queues/a"), login=LOGIN)
        )
        assert isinstance(outcome, Refused)
        assert outcome.status == 403


async def test_wrong_password(rabbitmq: RabbitUnderTest, sink: AmqpSink) -> None:
    """Is refused; nothing of it is told."""
    wrong = {**LOGIN, "password": "wr0ng"}
    outcome = await sink.send(parcel(rabbitmq.url("/queues/a"), login=wrong))
    assert isinstance(outcome, Refused)
    assert outcome.status == 401
    assert "wr0ng" not in outcome.detail


async def test_not_allowed(rabbitmq: RabbitUnderTest, sink: AmqpSink) -> None:
    """Who may not write there is refused."""
    outcome = await sink.send(parcel(rabbitmq.url("/exchanges/amq.topic"), login=LOGIN))
    assert isinstance(outcome, Refused)
    assert outcome.status == 403
    assert outcome.detail.startswith("ACCESS_REFUSED")


async def test_too_large(
    rabbitmq: RabbitUnderTest, sink: AmqpSink, channel: aio_pika.abc.AbstractChannel
) -> None:
    """What the broker never takes is refused, and costs those beside it no refusal."""
    to = rabbitmq.url(f"/queues/{(await queue(channel)).name}")
    wait = patience(20)
    large = parcel(to, b"x" * (MOST_BYTES + 1), number=100, timeout_s=wait)
    small = [parcel(to, number=n, timeout_s=wait) for n in range(20)]
    sent = [*small[:10], large, *small[10:]]

    outcomes = await asyncio.gather(*(sink.send(one) for one in sent))

    refused = outcomes.pop(10)
    assert isinstance(refused, Refused)
    assert refused.status == 413
    assert not any(isinstance(one, Refused) for one in outcomes)
    assert await sink.send(parcel(to)) == Accepted(200)


async def test_a_full_queue(
    rabbitmq: RabbitUnderTest, sink: AmqpSink, channel: aio_pika.abc.AbstractChannel
) -> None:
    """That rejects what is published throttles; emptied, it takes again."""
    full = await queue(channel, **{"x-max-length": 1, "x-overflow": "reject-publish"})
    to = rabbitmq.url(f"/queues/{full.name}")
    assert await sink.send(parcel(to)) == Accepted(200)
    outcome = await sink.send(parcel(to, number=2))
    assert outcome == Throttled(429, None, "NACK the queue takes no more for now")
    await full.purge()
    assert await sink.send(parcel(to, number=2)) == Accepted(200)


async def test_orders_stay_in_order(
    rabbitmq: RabbitUnderTest, sink: AmqpSink, channel: aio_pika.abc.AbstractChannel
) -> None:
    """What is begun in order arrives so, though many are under way."""
    own = await queue(channel)
    to = rabbitmq.url(f"/queues/{own.name}")
    sent = [
        parcel(to, str(n).encode(), number=n, timeout_s=patience(20))
        for n in range(300)
    ]
    await asyncio.gather(*(sink.send(one) for one in sent))
    found = [int((await own.get(no_ack=True)).body) for _ in sent]  # type: ignore[union-attr]
    assert found == list(range(300))


async def test_keys(
    rabbitmq: RabbitUnderTest, sink: AmqpSink, channel: aio_pika.abc.AbstractChannel
) -> None:
    """A topic exchange routes by type; a message says what a partner needs to know."""
    exchange = await channel.declare_exchange(
        f"x.{uuid4().hex[:12]}", aio_pika.ExchangeType.TOPIC, auto_delete=True
    )
    own = await queue(channel)
    await own.bind(exchange, "order.*.SO-7")
    to = rabbitmq.url(f"/exchanges/{exchange.name}/{{type}}.{{order}}")
    assert await sink.send(parcel(to, order="SO-8")) == Refused(404, "NO_ROUTE")
    sent = parcel(to, order="SO-7")
    assert await sink.send(sent) == Accepted(200)
    got = await own.get(no_ack=True)
    assert got is not None
    assert got.message_id == sent.event.webhook_id
    assert got.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert got.type == "order.updated"
    assert got.headers["ce_subject"] == "SO-7"


# --- TLS


def trusting(authority: trustme.CA, **more: str) -> Tls:
    """Settings that trust an authority."""
    return Tls(ca=authority.cert_pem.bytes().decode(), **more)


async def test_own_authority(
    rabbitmq: RabbitUnderTest, sink: AmqpSink, channel: aio_pika.abc.AbstractChannel
) -> None:
    """The name is checked against the certificate; a certificate of ours is shown."""
    path = f"/queues/{(await queue(channel)).name}"
    to = rabbitmq.url(path, host=NAME, secure=True)
    leaf = rabbitmq.authority.issue_cert("bus.example")
    ours = trusting(
        rabbitmq.authority,
        client_certificate=leaf.cert_chain_pems[0].bytes().decode(),
        client_key=leaf.private_key_pem.bytes().decode(),
    )
    for tls in (trusting(rabbitmq.authority), ours):
        login = {"username": USER, "password": PASSWORD}
        assert await sink.send(parcel(to, tls=tls, login=login)) == Accepted(200)


@pytest.mark.parametrize("host", [NAME, "other.example"])
async def test_not_trusted(
    rabbitmq: RabbitUnderTest, sink: AmqpSink, host: str
) -> None:
    """A stranger's certificate, or one for another name, gets no event."""
    authority = rabbitmq.authority if host != NAME else trustme.CA()
    to = rabbitmq.url("/queues/a", host=host, secure=True)
    outcome = await sink.send(parcel(to, tls=trusting(authority)))
    assert outcome == Unreachable(NoAnswerKind.TLS, "no TLS connection")


# --- a broker that dies


async def test_a_broker_that_dies(
    rabbitmq: RabbitUnderTest, sink: AmqpSink, channel: aio_pika.abc.AbstractChannel
) -> None:
    """Nobody is reached while it is away; what it confirmed is there afterwards."""
    durable = await channel.declare_queue(f"d.{uuid4().hex[:12]}", durable=True)
    to = rabbitmq.url(f"/queues/{durable.name}")
    for number in range(20):
        assert await sink.send(parcel(to, number=number)) == Accepted(200)
    await asyncio.to_thread(rabbitmq.kill)
    assert isinstance(await sink.send(parcel(to, number=20)), Unreachable)
    await asyncio.to_thread(rabbitmq.start)
    assert await sink.send(parcel(to, number=20, timeout_s=patience(10))) == Accepted(
        200
    )
    again = await aio_pika.connect(
        f"amqp://{USER}:{PASSWORD}@127.0.0.1:{rabbitmq.port}"
    )
    async with again, again.channel() as opened:
        kept = await opened.declare_queue(durable.name, durable=True, passive=True)
        assert kept.declaration_result.message_count == 21
