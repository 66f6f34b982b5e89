"""Topics of Pub/Sub under contract: one that answers as told, and the emulator's."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from bus.adapters.google.sink import PubsubSink
from bus.adapters.google.tokens import ISSUER
from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.sending import Sink
from processors.gathering import Gathered
from tests.contract.sinks.worlds import (
    LOOPBACK,
    WAIT_S,
    WHY,
    Placed,
    Received,
    Reply,
    Scripted,
    World,
)
from tests.support.endpoint import Endpoint, Exchange
from tests.support.pubsub_emulator import PROJECT, PubsubUnderTest
from tests.support.relay import Relay


def pubsub_sink(
    guard: Guard | None = None, names: Names | None = None, issuer: str = ISSUER
) -> Gathered:
    """The sink as it is wired."""
    asker = HttpAsker(guard or Guard(allow=LOOPBACK), names)
    return Gathered(PubsubSink(asker, issuer=issuer))


def template(topic: str) -> str:
    """The URL of a topic, but for host and port."""
    return f"pubsub+http://{{}}/{PROJECT}/{topic}"


class ToldWorld(Placed):
    """A topic whose server answers as it is told."""

    template = template("orders")
    wait_s: float | None = WAIT_S

    def __init__(self, sink: Sink, endpoint: Endpoint, relay: Relay) -> None:
        super().__init__(relay)
        self.sink = sink
        self._endpoint = endpoint
        self._next: deque[Reply] = deque()
        endpoint.respond = self._respond

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return [_had(one) for each in self._endpoint.requests for one in said(each)]

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
        if reply is Reply.ACCEPT:
            exchange.write(taken(exchange))
        elif reply is not Reply.HANG:
            exchange.write(_FAULTS[reply])


def said(exchange: Exchange) -> Sequence[Mapping[str, Any]]:
    """The messages of a request."""
    return json.loads(exchange.body)["messages"]  # type: ignore[no-any-return]


def taken(exchange: Exchange) -> bytes:
    """The answer that they were taken."""
    return answer(200, {"messageIds": [str(n) for n, _ in enumerate(said(exchange))]})


def answer(status: int, fields: Mapping[str, object], *headers: str) -> bytes:
    """An answer."""
    body = json.dumps(fields)
    lines = "".join(f"{line}\r\n" for line in headers)
    head = f"HTTP/1.1 {status} x\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def fault(status: int, name: str, *headers: str) -> bytes:
    """An error."""
    error = {"code": status, "status": name, "message": WHY}
    return answer(status, {"error": error}, *headers)


_FAULTS = {
    Reply.REFUSE: fault(400, "INVALID_ARGUMENT"),
    Reply.THROTTLE: fault(429, "RESOURCE_EXHAUSTED", f"retry-after: {WAIT_S}"),
    Reply.FAIL: fault(500, "INTERNAL"),
    Reply.UNAUTHORISED: fault(401, "UNAUTHENTICATED"),
}


def _had(message: Mapping[str, Any]) -> Received:
    data = message["data"]
    body = data if isinstance(data, bytes) else base64.b64decode(data)
    return Received(body, message["attributes"])


class EmulatedWorld(Placed):
    """A topic of the emulator's."""

    def __init__(
        self, sink: Sink, server: PubsubUnderTest, topic: str, relay: Relay
    ) -> None:
        super().__init__(relay)
        self.template = template(topic)
        self.sink = sink
        self._server = server
        self._topic = topic
        self._had: list[Received] = []

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        got = await asyncio.to_thread(self._server.taken, self._topic)
        self._had += [_had(one) for one in got]
        return self._had


async def open_told_topic(
    *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[Scripted]:
    """A scripted world."""
    async with Endpoint() as endpoint, Relay(endpoint.port) as relay:
        sink = pubsub_sink(guard, names)
        yield ToldWorld(sink, endpoint, relay)
        await sink.close()


async def open_emulated(
    server: PubsubUnderTest, *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[World]:
    """A world on a running emulator, with a topic of its own."""
    topic = f"orders-{uuid4().hex[:12]}"
    await asyncio.to_thread(server.topic, topic)
    async with Relay(server.port) as relay:
        sink = pubsub_sink(guard, names)
        yield EmulatedWorld(sink, server, topic, relay)
        await sink.close()
