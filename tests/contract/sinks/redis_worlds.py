"""The sink of Redis under contract, on a real server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast
from uuid import uuid4

from redis.asyncio import Redis

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.http.trust import SettledTrust
from bus.adapters.redis.sink import RedisSink
from bus.sending import Sink
from tests.contract.sinks.worlds import LOOPBACK, Placed, Received
from tests.support.redis_server import RedisUnderTest
from tests.support.relay import Relay


def redis_sink(guard: Guard | None = None, names: Names | None = None) -> RedisSink:
    """A sink behind a guard of the test's own."""
    places = GuardedPlaces(guard or Guard(allow=LOOPBACK), "redis", names)
    return RedisSink(places, SettledTrust())


@asynccontextmanager
async def partner(port: int, **more: object) -> AsyncIterator[Redis]:
    """A partner's own way to its server."""
    client = Redis(port=port, **more)  # type: ignore[arg-type]
    try:
        yield client
    finally:
        await client.aclose()


async def entries(client: Redis, stream: str) -> Sequence[Received]:
    """What a stream has, in order."""
    found = []
    rows = await client.xrange(stream)
    for _, fields in cast("list[tuple[bytes, dict[bytes, bytes]]]", rows):
        texts = {k.decode(): v.decode() for k, v in fields.items() if k != b"data"}
        found.append(Received(fields[b"data"], texts))
    return found


class RedisWorld(Placed):
    """Entries of a stream."""

    def __init__(
        self, sink: RedisSink, stream: str, client: Redis, relay: Relay
    ) -> None:
        super().__init__(relay)
        self.template = f"redis://{{}}/{stream}"
        self.sink: Sink = sink
        self._stream = stream
        self._client = client

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return await entries(self._client, self._stream)


async def open_redis(
    server: RedisUnderTest, *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[RedisWorld]:
    """A world on a running server, with a stream of its own."""
    async with Relay(server.port) as relay, partner(server.port) as client:
        sink = redis_sink(guard, names)
        yield RedisWorld(sink, f"s{uuid4().hex[:12]}", client, relay)
        await sink.close()
