"""The sink of NATS under contract: on a stream, and with who answers as told."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.adapters.nats.sink import NatsSink
from bus.sending import Sink
from tests.contract.sinks.worlds import LOOPBACK, WHY, Placed, Received, Reply
from tests.support.nats_server import NatsUnderTest, running_nats
from tests.support.relay import Relay


def nats_sink(guard: Guard | None = None, names: Names | None = None) -> NatsSink:
    """A sink behind a guard of the test's own."""
    places = GuardedPlaces(guard or Guard(allow=LOOPBACK), "nats", names)
    return NatsSink(places, SettledTrust())


@asynccontextmanager
async def partner(port: int, **more: object) -> AsyncIterator[Client]:
    """A partner's own way to its server."""
    client = await nats.connect(f"nats://127.0.0.1:{port}", **more)  # type: ignore[arg-type]
    try:
        yield client
    finally:
        await client.close()


class NatsWorld(Placed):
    """Messages to a stream of a real server."""

    def __init__(self, sink: NatsSink, name: str, client: Client, relay: Relay) -> None:
        super().__init__(relay)
        self.template = f"nats://{{}}/{name}.{{{{type}}}}"
        self.sink: Sink = sink
        self._name = name
        self._client = client

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        manager = self._client.jsm()
        found: list[Received] = []
        info = await manager.stream_info(self._name)
        for seq in range(1, info.state.messages + 1):
            one = await manager.get_msg(self._name, seq)
            found.append(Received(one.data or b"", dict(one.headers or {})))
        return found


async def open_nats(
    server: NatsUnderTest, *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[NatsWorld]:
    """A world with a stream of its own."""
    name = f"s{uuid4().hex[:12]}"
    async with partner(server.port) as client, Relay(server.port) as relay:
        await client.jetstream().add_stream(name=name, subjects=[f"{name}.>"])
        sink = nats_sink(guard, names)
        yield NatsWorld(sink, name, client, relay)
        await sink.close()


class ToldWorld(Placed):
    """Messages to a subject of a real server, with somebody there who is no stream."""

    template = "nats://{}/shop"
    wait_s: float | None = None

    def __init__(self, sink: NatsSink, server: NatsUnderTest, relay: Relay) -> None:
        super().__init__(relay)
        self.sink: Sink = sink
        self.client: Client | None = None
        self._server = server
        self._next: deque[Reply] = deque()
        self._came: list[Received] = []
        self._asked = asyncio.Event()

    async def listen(self) -> None:
        """Answer what comes."""
        self.client = await nats.connect(f"nats://127.0.0.1:{self._server.port}")
        await self.client.subscribe("shop", cb=self._answer)
        await self.client.flush()

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return self._came

    def then(self, *replies: Reply) -> None:
        """See `Scripted`."""
        self._next.extend(replies)

    async def asked(self) -> None:
        """See `Scripted`."""
        await self._asked.wait()

    async def restart(self) -> None:
        """See `Scripted`."""
        await self.leave()
        await asyncio.to_thread(self._server.kill)
        await asyncio.to_thread(self._server.start)
        await self.listen()

    async def leave(self) -> None:
        """Answer no more."""
        if self.client is not None:
            await self.client.close()

    async def _answer(self, message: Msg) -> None:
        self._came.append(Received(message.data, dict(message.headers or {})))
        self._asked.set()
        reply = self._next.popleft() if self._next else Reply.ACCEPT
        if reply is not Reply.HANG:
            await message.respond(json.dumps(_SAYS[reply]).encode())


def _error(code: int, number: int) -> Mapping[str, object]:
    return {"error": {"code": code, "err_code": number, "description": WHY}}


_SAYS: Mapping[Reply, Mapping[str, object]] = {
    Reply.ACCEPT: {"stream": "shop", "seq": 1},
    Reply.REFUSE: _error(400, 10060),
    Reply.THROTTLE: _error(503, 10077),
    Reply.FAIL: _error(500, 10051),
    Reply.UNAUTHORISED: _error(401, 10001),
}


async def open_told(
    *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[ToldWorld]:
    """A world on a server of its own."""
    with running_nats() as server:
        async with Relay(server.port) as relay:
            sink = nats_sink(guard, names)
            world = ToldWorld(sink, server, relay)
            await world.listen()
            yield world
            await world.leave()
            await sink.close()
