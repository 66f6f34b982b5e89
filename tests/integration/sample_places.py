"""Queues, streams and topics that the samples read, each on its real server."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import aio_pika
from confluent_kafka import Consumer, TopicPartition

from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.kafka.sink import KafkaSink
from bus.delivery.delivery import Outcome
from bus.sending import Parcel, Sink
from tests.contract.sinks.amqp1_worlds import amqp1_sink, drained
from tests.contract.sinks.aws_worlds import aws_sink, template
from tests.contract.sinks.nats_worlds import nats_sink
from tests.contract.sinks.nats_worlds import partner as nats_partner
from tests.contract.sinks.pubsub_worlds import pubsub_sink
from tests.contract.sinks.pubsub_worlds import template as topic_template
from tests.contract.sinks.queue_worlds import amqp_sink
from tests.contract.sinks.redis_worlds import entries, partner, redis_sink
from tests.contract.sinks.worlds import LOOPBACK, Received
from tests.support import artemis as artemis_support
from tests.support import rabbitmq as rabbitmq_support
from tests.support.artemis import ArtemisUnderTest
from tests.support.aws import KEY, REGION, client, received
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.nats_server import NatsUnderTest
from tests.support.pubsub_emulator import PROJECT, PubsubUnderTest
from tests.support.rabbitmq import RabbitUnderTest
from tests.support.redis_server import RedisUnderTest


@dataclass(frozen=True)
class Place:
    """Where the bus sends, where the sample reads, and where it keeps apart."""

    url: str
    sink: Sink
    told: Mapping[str, str]
    apart: Callable[[], Any]
    """What was kept apart, as `Received`; to be awaited."""
    done: Callable[[], Any]
    """Whether all that was sent is settled; to be awaited."""
    name: str = "orders"
    """What stands in the sample for `orders`."""
    login: Mapping[str, str] | None = None
    files: Mapping[str, str] | None = None
    """What lies beside the sample."""


def _name() -> str:
    return f"orders_{uuid4().hex[:12]}"


@asynccontextmanager
async def nats_place(server: NatsUnderTest) -> AsyncIterator[Place]:
    """A stream of JetStream; it would keep a repeat out by itself for two minutes."""
    async with nats_partner(server.port) as one:
        stream, jsm = one.jetstream(), one.jsm()
        await stream.add_stream(
            name="shop", subjects=["shop.>"], duplicate_window=_SHORTEST_S
        )

        async def apart() -> Sequence[Received]:
            most = (await jsm.stream_info("unverified")).state.messages
            got = [await jsm.get_msg("unverified", n) for n in range(1, most + 1)]
            return [Received(m.data or b"", dict(m.headers or {})) for m in got]

        async def done() -> bool:
            info = await jsm.consumer_info("shop", "wms")
            return not info.num_pending and not info.num_ack_pending

        async def kept() -> int:
            return (await jsm.stream_info("shop")).state.messages

        at = f"nats://127.0.0.1:{server.port}"
        sink = _PastTheWindow(nats_sink(), kept)
        yield Place(f"{at}/shop.{{type}}", sink, {"NATS_URL": at}, apart, done)


_SHORTEST_S = 0.1  # what NATS takes


class _PastTheWindow:
    """Sends until the stream has it, a repeat too."""

    def __init__(self, sink: Sink, kept: Callable[[], Awaitable[int]]) -> None:
        self._sink = sink
        self._kept = kept

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        before = await self._kept()
        outcomes: list[Outcome] = []

        async def is_kept() -> bool:
            outcomes.append(await self._sink.send(parcel))
            return await self._kept() > before

        await wait_until(is_kept, 20, "the stream keeps it out")
        return outcomes[-1]

    async def close(self) -> None:
        """See `Sink`."""
        await self._sink.close()


@asynccontextmanager
async def redis_place(server: RedisUnderTest) -> AsyncIterator[Place]:
    """A stream of Redis."""
    name = _name()
    async with partner(server.port) as one:

        async def apart() -> Sequence[Received]:
            return await entries(one, f"{name}:unverified")

        async def done() -> bool:
            (group,) = await one.xinfo_groups(name)
            return not group["lag"] and not group["pending"]

        at = f"redis://127.0.0.1:{server.port}"
        yield Place(f"{at}/{name}", redis_sink(), {"REDIS_URL": at}, apart, done, name)


@asynccontextmanager
async def rabbitmq_place(server: RabbitUnderTest) -> AsyncIterator[Place]:
    """A queue of RabbitMQ."""
    name = _name()
    user, password = rabbitmq_support.USER, rabbitmq_support.PASSWORD
    at = f"amqp://{user}:{password}@127.0.0.1:{server.port}"
    connection = await aio_pika.connect(at)
    async with connection, connection.channel() as channel:
        await channel.declare_queue(name, durable=True)

        async def apart() -> Sequence[Received]:
            queue, found = await channel.get_queue(f"{name}.unverified"), []
            while message := await queue.get(fail=False, no_ack=True):
                texts = {key: str(value) for key, value in message.headers.items()}
                found.append(Received(message.body, texts))
            return found

        async def done() -> bool:
            queue = await channel.declare_queue(name, passive=True)
            return not queue.declaration_result.message_count

        login = {"username": user, "password": password}
        url = server.url(f"/queues/{name}")
        told = {"AMQP_URL": at}
        yield Place(url, amqp_sink(), told, apart, done, name, login)


@asynccontextmanager
async def artemis_place(server: ArtemisUnderTest) -> AsyncIterator[Place]:
    """An address of Artemis, by AMQP 1.0."""
    name = _name()
    user, password = artemis_support.USER, artemis_support.PASSWORD
    login = {"username": user, "password": password}

    async def apart() -> Sequence[Received]:
        return await drained(server.url(f"{name}.unverified"), login, 1)

    async def done() -> bool:
        return True  # who looked would take it out

    told = {"AMQP_URL": f"amqp://{user}:{password}@127.0.0.1:{server.port}"}
    yield Place(server.url(name), amqp1_sink(), told, apart, done, name, login)


@asynccontextmanager
async def kafka_place(server: KafkaUnderTest) -> AsyncIterator[Place]:
    """A topic."""
    name, servers = _name(), server.bootstrap_servers
    topic, beside = f"shop.{name}", f"shop.{name}.unverified"
    for one in (topic, beside):
        create_topic(servers, one)
    own = {"bootstrap.servers": servers, "enable.auto.commit": False}
    as_it = Consumer({**own, "group.id": "wms"})
    looking = Consumer({**own, "group.id": _name()})
    looking.assign([TopicPartition(beside, 0, 0)])

    async def apart() -> Sequence[Received]:
        (got,) = await asyncio.to_thread(looking.consume, 1, 30)
        pairs = cast("list[tuple[str, bytes]]", got.headers())
        texts = {key: value.decode() for key, value in pairs}
        return [Received(got.value() or b"", texts)]

    def settled() -> bool:
        part = TopicPartition(topic, 0)
        (committed,) = as_it.committed([part], 10)
        return bool(committed.offset == as_it.get_watermark_offsets(part, 10)[1])

    async def done() -> bool:
        return await asyncio.to_thread(settled)

    url = f"kafka://{servers}/{topic}"
    sink = KafkaSink(GuardedPlaces(Guard(allow=LOOPBACK), "kafka"))
    yield Place(url, sink, {"KAFKA_SERVERS": servers}, apart, done, name)
    as_it.close()
    looking.close()


@asynccontextmanager
async def sqs_place(port: int) -> AsyncIterator[Place]:
    """A standard queue, of moto's."""
    async with client("sqs", port) as sqs:
        queue = (await sqs.create_queue(QueueName="orders"))["QueueUrl"]
        beside = (await sqs.create_queue(QueueName="unverified"))["QueueUrl"]

        async def apart() -> Sequence[Received]:
            return [
                Received(
                    one["Body"].encode(),
                    {k: x["StringValue"] for k, x in one["MessageAttributes"].items()},
                )
                for one in await received(sqs, beside)
            ]

        async def done() -> bool:
            got = await sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
            counts = ("", "NotVisible")
            said = [
                got["Attributes"][f"ApproximateNumberOfMessages{x}"] for x in counts
            ]
            return said == ["0", "0"]

        url = template("sqs", "orders").format(f"127.0.0.1:{port}")
        told = {
            "QUEUE_URL": queue,
            "APART_URL": beside,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": KEY["username"],
            "AWS_SECRET_ACCESS_KEY": KEY["password"],
        }
        yield Place(url, aws_sink(), told, apart, done)


@asynccontextmanager
async def pubsub_place(server: PubsubUnderTest) -> AsyncIterator[Place]:
    """A topic of Google's emulator, at which nobody signs in."""
    for one in ("orders", "orders-unverified"):
        await asyncio.to_thread(server.topic, one)

    async def apart() -> Sequence[Received]:
        got = await asyncio.to_thread(server.taken, "orders-unverified")
        return [_message(one) for one in got]

    async def done() -> bool:
        return True  # the emulator does not say

    at = f"127.0.0.1:{server.port}"
    told = {"PROJECT_URL": f"http://{at}/v1/projects/{PROJECT}"}
    url = topic_template("orders").format(at)
    yield Place(url, pubsub_sink(), told, apart, done, files=_GOOGLE_AUTH)


_GOOGLE_AUTH = {
    "google/auth/__init__.py": "def default(scopes):\n    return (None, None)\n",
    "google/auth/transport/__init__.py": "",
    "google/auth/transport/requests.py": (
        "import requests\n\n\n"
        "def AuthorizedSession(credentials):\n    return requests.Session()\n"
    ),
}
"""In place of Google's library for signing in, which an emulator has no use for."""


def _message(one: Mapping[str, Any]) -> Received:
    data = one["data"]
    body = data if isinstance(data, bytes) else base64.b64decode(data)
    return Received(body, one["attributes"])
