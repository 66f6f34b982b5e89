"""An answer before the request was read, and answers to no request."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
import trustme
from typing_extensions import override

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.delivery.subscription import Tls
from bus.ports import Answer, Post, Sender
from tests.contract.sender.test_tls import pem, server_context
from tests.contract.sender.worlds import HEADERS, LOOPBACK, MakeSender, post
from tests.support.endpoint import Endpoint, Exchange
from tests.support.pace import patience

_LARGE = 16 * 2**20
"""More than the buffers of two sockets take."""
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Deaf(asyncio.Protocol):
    """An endpoint that answers at the first byte and reads on when it is told to."""

    got: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        if not self.got:
            self.transport.pause_reading()
            self.transport.write(_ANSWER)
        self.got += len(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()

    async def drained(self) -> int:
        """How many bytes had been sent to it when the connection ended."""
        assert self.transport is not None
        self.transport.resume_reading()
        async with asyncio.timeout(patience(30)):
            await self.ended.wait()
        return self.got


@asynccontextmanager
async def deaf(context: ssl.SSLContext | None) -> AsyncIterator[tuple[int, Deaf]]:
    """A deaf endpoint and its port."""
    endpoint = Deaf()
    server = await asyncio.get_running_loop().create_server(
        lambda: endpoint, "127.0.0.1", 0, ssl=context
    )
    port = int(server.sockets[0].getsockname()[1])
    yield port, endpoint
    server.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_who_does_not_read_is_hung_up_on(make: MakeSender, scheme: str) -> None:
    """At once, and what was not sent is thrown away."""
    authority = trustme.CA()
    certificate = server_context(authority.issue_cert("partner.example"))
    names = Names(lambda _: ["127.0.0.1"])
    sender = make(Guard(allow=LOOPBACK, https_only=False), names)
    async with deaf(certificate if scheme == "https" else None) as (port, endpoint):
        url = f"{scheme}://partner.example:{port}/"
        tls = Tls(ca=pem(authority)) if scheme == "https" else None

        reply = await sender.send(Post(url, HEADERS, b"x" * _LARGE, 30, tls))

        assert reply == Answer(200, None, "ok")
        assert await endpoint.drained() < _LARGE
    await sender.close()
    await names.close()


@pytest.mark.parametrize("stray", [b"", b"HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n"])
async def test_what_came_before_a_post_is_not_its_answer(
    sender: Sender, endpoint: Endpoint, stray: bytes
) -> None:
    """An endpoint that answers twice, or hangs up, before the loop has looked."""
    assert await sender.send(post(endpoint.url())) == Answer(200)
    if stray:
        endpoint.requests[0].write_now(stray)
    else:
        endpoint.requests[0].reset()

    assert await sender.send(post(endpoint.url())) == Answer(200)

    assert endpoint.connections == 2
    assert len(endpoint.requests) == 2


async def test_two_answers_to_one_post(sender: Sender, endpoint: Endpoint) -> None:
    """The first one counts, the second one is nobody's, and never the next one's."""
    first = b"HTTP/1.1 202 x\r\ncontent-length: 0\r\n\r\n"

    def twice(exchange: Exchange) -> None:
        exchange.write_now(first + first.replace(b"202", b"500"))

    endpoint.respond = twice
    for number in range(3):
        assert await sender.send(post(endpoint.url())) == Answer(202)
        assert endpoint.connections == len(endpoint.requests) == number + 1
