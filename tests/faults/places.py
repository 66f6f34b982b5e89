"""Servers of partners that are no web servers: killed, frozen, and asked what came.

What a server has accepted stands on a disk before it says so, or it stands in a file
that the server's own program writes first: a kill loses nothing of the evidence.
"""

import asyncio
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path

import aio_pika
import nats
import psutil
from nats.errors import Error as NatsError

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection, KafkaLogReader
from bus.errors import OrderbusError
from tests.faults.serving import Arrival, Server
from tests.support.aws import ACCOUNT, KEY, REGION
from tests.support.bus import CLOCK, ROOT
from tests.support.kafka import cache_dir, create_topic
from tests.support.nats_server import NatsUnderTest
from tests.support.rabbitmq import RabbitUnderTest
from tests.support.starting import started

_WITHIN_S = 60
_ASK_S = 5.0
_NAME = "orders"


class Program:
    """A server of a few lines that writes each event to a file first."""

    def __init__(self, name: str, folder: Path, url: str) -> None:
        self.name = name
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self._port = int(taken.getsockname()[1])
        self.url = url.format(port=self._port)
        self.login: Mapping[str, str] | None = KEY if name == "sqs" else None
        self._file = folder / f"{name}.arrivals"
        self._file.touch()
        self._log = folder / f"{name}.log"
        self._read = 0
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """See `Server`."""
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-m", "tests.faults.taking"),
                    *(self.name, str(self._port), str(self._file)),
                ],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        started(self._listens, self._process, self._log, _WITHIN_S)

    async def kill(self) -> None:
        """See `Server`."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    def pids(self) -> Sequence[int]:
        """See `Server`."""
        return [self._process.pid] if self._process is not None else []

    async def arrivals(self) -> Sequence[Arrival]:
        """See `Server`."""
        found = []
        with self._file.open() as file:
            file.seek(self._read)
            while (line := file.readline()).endswith("\n"):
                id_, at_ns = line.split()
                found.append(Arrival(id_, int(at_ns)))
                self._read = file.tell()
        return found

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


class Rabbit:
    """A queue of RabbitMQ, durable; it is emptied as messages come."""

    name = "amqp"
    login: Mapping[str, str] | None = None

    def __init__(self, broker: RabbitUnderTest) -> None:
        self._broker = broker
        # A broker that is being killed is no news here.
        logging.getLogger("aiormq").setLevel(logging.CRITICAL)
        logging.getLogger("aio_pika").setLevel(logging.CRITICAL)
        self.url = f"amqp://127.0.0.1:{broker.port}/exchanges/{_NAME}"
        self._had: set[str] = set()
        self._looked_ns = 0

    async def make(self) -> None:
        """The exchange and its queue."""
        async with await self._connected() as connection:
            channel = await connection.channel()
            exchange = await channel.declare_exchange(
                _NAME, aio_pika.ExchangeType.TOPIC, durable=True
            )
            queue = await channel.declare_queue(_NAME, durable=True)
            await queue.bind(exchange, "#")

    async def _connected(self) -> aio_pika.abc.AbstractConnection:
        return await aio_pika.connect(
            f"amqp://guest:guest@127.0.0.1:{self._broker.port}", timeout=_ASK_S
        )

    async def start(self) -> None:
        """See `Server`."""
        await asyncio.to_thread(self._broker.start)

    async def kill(self) -> None:
        """See `Server`."""
        await asyncio.to_thread(self._broker.kill)

    def pids(self) -> Sequence[int]:
        """See `Server`."""
        first = psutil.Process(self._broker.pid())
        return [one.pid for one in [first, *first.children(recursive=True)]]

    async def arrivals(self) -> Sequence[Arrival]:
        """See `Server`. What the broker gives once more, it had given: no other.

        It does not say when a message came: since the queue was last seen empty.
        """
        found: list[Arrival] = []
        now_ns = int(CLOCK.now() * 1e9)
        with suppress(aio_pika.exceptions.AMQPError, OSError, TimeoutError):
            async with asyncio.timeout(_ASK_S), await self._connected() as connection:
                channel = await connection.channel()
                queue = await channel.get_queue(_NAME)
                while (one := await queue.get(fail=False)) is not None:
                    id_ = str(one.headers["webhook-id"])
                    if not (one.redelivered and id_ in self._had):
                        self._had.add(id_)
                        found.append(Arrival(id_, self._looked_ns))
                    await one.ack()
                self._looked_ns = now_ns
        return found


class Topic:
    """A topic of another Kafka."""

    name = "kafka"
    login: Mapping[str, str] | None = None

    def __init__(self, kafka: EmbeddedKafka) -> None:
        self._kafka = kafka
        self._node = kafka.nodes[0]
        self.url = f"kafka://{kafka.bootstrap_servers}/{_NAME}"
        settings = {"bootstrap.servers": kafka.bootstrap_servers}
        self._reader = KafkaLogReader(Connection(settings))
        self._next = 0

    async def start(self) -> None:
        """See `Server`."""
        await self._node.start()

    async def kill(self) -> None:
        """See `Server`."""
        await self._node.kill()

    def pids(self) -> Sequence[int]:
        """See `Server`."""
        return [self._node.pid] if self._node.pid is not None else []

    async def arrivals(self) -> Sequence[Arrival]:
        """See `Server`."""
        found: list[Arrival] = []
        with suppress(OrderbusError, TimeoutError):
            async with asyncio.timeout(_ASK_S):
                async for batch in self._reader.read(_NAME, start={0: self._next}):
                    for one in batch:
                        id_ = dict(one.headers)["webhook-id"].decode()
                        found.append(Arrival(id_, one.timestamp_ms * 1_000_000))
                        self._next = one.offset + 1
        return found


class Stream:
    """A stream of NATS."""

    name = "nats"
    login: Mapping[str, str] | None = None

    def __init__(self, server: NatsUnderTest) -> None:
        self._server = server
        self.url = f"nats://127.0.0.1:{server.port}/{_NAME}.{{type}}"
        self._next = 1

    async def make(self) -> None:
        """The stream, which drops nothing as a duplicate: that is to be counted."""
        client = await nats.connect(f"nats://127.0.0.1:{self._server.port}")
        await client.jetstream().add_stream(
            name=_NAME, subjects=[f"{_NAME}.>"], duplicate_window=0.1
        )
        await client.close()

    async def start(self) -> None:
        """See `Server`."""
        await asyncio.to_thread(self._server.start)

    async def kill(self) -> None:
        """See `Server`."""
        await asyncio.to_thread(self._server.kill)

    def pids(self) -> Sequence[int]:
        """See `Server`."""
        return [self._server.pid()]

    async def arrivals(self) -> Sequence[Arrival]:
        """See `Server`."""
        found: list[Arrival] = []
        with suppress(NatsError, OSError, TimeoutError):
            async with asyncio.timeout(_ASK_S):
                client = await nats.connect(
                    f"nats://127.0.0.1:{self._server.port}",
                    allow_reconnect=False,
                    connect_timeout=2,
                )
                try:
                    manager = client.jsm()
                    last = (await manager.stream_info(_NAME)).state.last_seq
                    for number in range(self._next, last + 1):
                        one = await manager.get_msg(_NAME, number)
                        id_ = (one.headers or {})["webhook-id"]
                        found.append(Arrival(id_, _ns(one.time)))
                        self._next = number + 1
                finally:
                    await client.close()
        return found


def _ns(moment: datetime | None) -> int:
    """Nanoseconds of the epoch; a message of a stream always has a time."""
    assert moment is not None
    return int(moment.timestamp() * 1e9)


@asynccontextmanager
async def open_servers(folder: Path) -> AsyncIterator[Sequence[Server]]:
    """One of each transport."""
    async with AsyncExitStack() as stack:
        grpc = Program("grpc", folder, "grpc://127.0.0.1:{port}")
        queue = f"sqs+http://127.0.0.1:{{port}}/{ACCOUNT}/{_NAME}.fifo?region={REGION}"
        sqs = Program("sqs", folder, queue)
        for one in (grpc, sqs):
            await one.start()
            stack.push_async_callback(one.kill)
        broker, server = RabbitUnderTest(), NatsUnderTest()
        await asyncio.to_thread(broker.prepare)
        rabbit, stream = Rabbit(broker), Stream(server)
        ends: Sequence[Callable[[], None]] = (broker.discard, server.discard)
        for end in ends:
            stack.callback(end)
        for queueing in (rabbit, stream):
            await queueing.start()
            await queueing.make()
        kafka = EmbeddedKafka(folder / "other-kafka", cache_dir())
        await stack.enter_async_context(kafka)
        await asyncio.to_thread(create_topic, kafka.bootstrap_servers, _NAME)
        yield [grpc, rabbit, Topic(kafka), sqs, stream]
