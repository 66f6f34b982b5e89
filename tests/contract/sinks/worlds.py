"""The sinks under contract, each with a real server that answers as it is told."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol
from uuid import uuid4

import grpc
from google.protobuf.duration_pb2 import Duration

from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt
from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.kafka import Connection, KafkaLogReader
from bus.adapters.kafka.sink import KafkaSink
from bus.delivery.delivery import Outcome, Unreachable
from bus.sending import Sink
from processors.sinks import Webhooks
from tests.support.endpoint import Endpoint, Exchange
from tests.support.grpc_receiver import Call, GrpcReceiver, Hang, Says, Status
from tests.support.kafka import create_topic
from tests.support.relay import Relay

LOOPBACK = ("127.0.0.0/8",)


class Reply(Enum):
    """What an endpoint makes of a delivery."""

    ACCEPT = auto()
    REFUSE = auto()
    THROTTLE = auto()
    FAIL = auto()
    UNAUTHORISED = auto()
    HANG = auto()
    SPLIT = auto()
    """Of several together: too much; of a kind that takes several at once."""


WAIT_S = 7
WHY = "no such warehouse"


@dataclass(frozen=True)
class Received:
    """A delivery as the far side has it."""

    body: bytes
    fields: Mapping[str, str]


class World(Protocol):
    """A sink, and the endpoint it delivers to."""

    sink: Sink
    relay: Relay
    takes_empty: bool
    large: bytes
    """A body near the longest that it takes."""

    @property
    def url(self) -> str:
        """The endpoint's."""
        ...

    def at(self, port: int) -> str:
        """The URL of another port."""
        ...

    def named(self, host: str) -> str:
        """The endpoint under another name."""
        ...

    async def received(self) -> Sequence[Received]:
        """What came, in order."""
        ...


class Scripted(World, Protocol):
    """A world whose server answers as it is told.

    `wait_s` is how long it asks to wait where it throttles, if it can say so.
    """

    wait_s: float | None

    def then(self, *replies: Reply) -> None:
        """The next deliveries are answered so, one each; all others accepted."""
        ...

    async def asked(self) -> None:
        """Wait until a delivery came."""
        ...

    async def restart(self) -> None:
        """The server ends, and another one begins at the same place."""
        ...


def nobody_reached(outcome: Outcome) -> str:
    """Why nobody was reached; it must be so."""
    assert isinstance(outcome, Unreachable), outcome
    return outcome.kind


class Placed:
    """What all worlds have: a relay in front, and URLs."""

    template: str
    takes_empty = True
    large = b"x" * 1_000_000

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    @property
    def url(self) -> str:
        """See `World`."""
        return self.at(self.relay.port)

    def at(self, port: int) -> str:
        """See `World`."""
        return self.template.format(f"127.0.0.1:{port}")

    def named(self, host: str) -> str:
        """See `World`."""
        return self.template.format(f"{host}:{self.relay.port}")


class HttpWorld(Placed):
    """Webhooks, by the lean sender."""

    template = "http://{}/hook"
    wait_s: float | None = WAIT_S

    def __init__(self, sender: LeanSender, endpoint: Endpoint, relay: Relay) -> None:
        super().__init__(relay)
        self.sink: Sink = Webhooks(sender)
        self._endpoint = endpoint
        self._next: deque[Reply] = deque()
        endpoint.respond = self._respond

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return [_received(one) for one in self._endpoint.requests]

    def then(self, *replies: Reply) -> None:
        """See `World`."""
        self._next.extend(replies)

    async def asked(self) -> None:
        """See `World`."""
        await self._endpoint.asked()

    async def restart(self) -> None:
        """See `World`."""
        self._endpoint.hang_up()
        await self._endpoint.left()

    def _respond(self, exchange: Exchange) -> None:
        reply = self._next.popleft() if self._next else Reply.ACCEPT
        if reply is not Reply.HANG:
            exchange.write(_HTTP[reply])


def _http(status: int, *headers: str, body: str = "") -> bytes:
    lines = "".join(f"{line}\r\n" for line in headers)
    head = f"HTTP/1.1 {status} x\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


_HTTP = {
    Reply.ACCEPT: _http(200),
    Reply.REFUSE: _http(400, body=WHY),
    Reply.THROTTLE: _http(429, f"retry-after: {WAIT_S}", body=WHY),
    Reply.FAIL: _http(500, body=WHY),
    Reply.UNAUTHORISED: _http(401, body=WHY),
}


def _received(exchange: Exchange) -> Received:
    lines = exchange.head.decode().split("\r\n")[1:]
    pairs = (line.partition(": ") for line in lines)
    return Received(exchange.body, {name.lower(): value for name, _, value in pairs})


class GrpcWorld(Placed):
    """Calls over gRPC."""

    template = "grpc://{}"
    wait_s: float | None = WAIT_S

    def __init__(self, sink: GrpcSink, receiver: GrpcReceiver, relay: Relay) -> None:
        super().__init__(relay)
        self.sink: Sink = sink
        self.receiver = receiver

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return [_called(one) for one in self.receiver.calls]

    def then(self, *replies: Reply) -> None:
        """See `World`."""
        self.receiver.then(*(_GRPC[reply] for reply in replies))

    async def asked(self) -> None:
        """See `World`."""
        await self.receiver.asked()

    async def restart(self) -> None:
        """See `World`."""
        await self.receiver.__aexit__()
        await self.receiver.__aenter__()


_GRPC: dict[Reply, Says] = {
    Reply.ACCEPT: Receipt(outcome=Receipt.ACCEPTED),
    Reply.REFUSE: Status(grpc.StatusCode.INVALID_ARGUMENT, WHY),
    Reply.THROTTLE: Receipt(
        outcome=Receipt.THROTTLED, retry_after=Duration(seconds=WAIT_S), detail=WHY
    ),
    Reply.FAIL: Status(grpc.StatusCode.INTERNAL, WHY),
    Reply.UNAUTHORISED: Status(grpc.StatusCode.UNAUTHENTICATED, WHY),
    Reply.HANG: Hang(begins=True),
}


def _called(call: Call) -> Received:
    attributes = {k: v.ce_string for k, v in call.event.attributes.items()}
    named = {"content-type": attributes["datacontenttype"]}
    return Received(call.event.binary_data, {**call.metadata, **named})


class KafkaWorld(Placed):
    """Records on a topic of the embedded Kafka."""

    def __init__(self, sink: KafkaSink, topic: str, servers: str, relay: Relay) -> None:
        super().__init__(relay)
        self.template = f"kafka://{{}}/{topic}"
        self.sink: Sink = sink
        self._topic = topic
        self._reader = KafkaLogReader(Connection({"bootstrap.servers": servers}))

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        found: list[Received] = []
        async for batch in self._reader.read(self._topic):
            for one in batch:
                fields = {name: value.decode() for name, value in one.headers}
                found.append(Received(one.value or b"", fields))
        return found


async def open_kafka(
    servers: str, *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[World]:
    """A world on a running Kafka, with a topic of its own."""
    topic = f"sink.{uuid4().hex[:12]}"
    await asyncio.to_thread(create_topic, servers, topic)
    async with Relay(int(servers.rpartition(":")[2])) as relay:
        places = GuardedPlaces(guard or Guard(allow=LOOPBACK), "kafka", names)
        sink = KafkaSink(places)
        yield KafkaWorld(sink, topic, servers, relay)
        await sink.close()


async def open_world(
    kind: str, *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[Scripted]:
    """A scripted world by its kind."""
    guard = guard or Guard(allow=LOOPBACK)
    async with AsyncExitStack() as stack:
        if kind == "http":
            endpoint = await stack.enter_async_context(Endpoint())
            relay = await stack.enter_async_context(Relay(endpoint.port))
            sender = LeanSender(guard, names)
            stack.push_async_callback(sender.close)
            yield HttpWorld(sender, endpoint, relay)
            return
        receiver = await stack.enter_async_context(GrpcReceiver())
        relay = await stack.enter_async_context(Relay(receiver.port))
        sink = GrpcSink(GuardedPlaces(guard, "grpc", names))
        stack.push_async_callback(sink.close)
        yield GrpcWorld(sink, receiver, relay)


async def nobody() -> int:
    """A port where nobody listens."""
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    return port
