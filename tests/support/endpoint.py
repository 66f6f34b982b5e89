"""An HTTP endpoint whose every byte a test decides, in the test's own event loop."""

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypeAlias, cast

from typing_extensions import override

_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Exchange:
    """A request as it came, and the means to answer it."""

    head: bytes
    body: bytes
    connection: int
    number: int
    transport: asyncio.Transport = field(repr=False)

    def write(self, content: bytes) -> None:
        """Send bytes."""
        self.transport.write(content)

    def write_now(self, content: bytes) -> None:
        """Send a few bytes before anything else happens; plain http only."""
        os.write(self.transport.get_extra_info("socket").fileno(), content)

    def close(self) -> None:
        """Hang up when all is sent."""
        self.transport.close()

    def reset(self) -> None:
        """Hang up with a TCP reset."""
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
        )
        self.transport.abort()


Respond: TypeAlias = Callable[[Exchange], None]


def says(*chunks: bytes, close: bool = False) -> Respond:
    """Answer every request with these bytes."""

    def respond(exchange: Exchange) -> None:
        for chunk in chunks:
            exchange.write(chunk)
        if close:
            exchange.close()

    return respond


def ok(_: Exchange) -> None:
    """Answer 200."""
    _.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")


class Endpoint:
    """A server that hands every request to `respond`; `async with` opens it."""

    def __init__(
        self, respond: Respond = ok, context: ssl.SSLContext | None = None
    ) -> None:
        self.respond = respond
        self.requests: list[Exchange] = []
        self.connections = 0
        self.port = 0
        self.open: set[_Connection] = set()
        self._context = context
        self._server: asyncio.Server | None = None
        self._left = asyncio.Event()
        self._asked = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self), "127.0.0.1", 0, ssl=self._context
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and hang up."""
        assert self._server is not None
        self._server.close()
        for connection in tuple(self.open):
            connection.abort()
        await self._server.wait_closed()
        await self.left()

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        """Its address."""
        scheme = "https" if self._context else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    async def asked(self) -> None:
        """Wait until there was a request."""
        while not self.requests:
            self._asked.clear()
            await self._asked.wait()

    async def left(self) -> None:
        """Wait until no connection is open."""
        while self.open:
            self._left.clear()
            await self._left.wait()

    def take(self, exchange: Exchange) -> None:
        """A request came."""
        self.requests.append(exchange)
        self._asked.set()
        self.respond(exchange)

    def lost(self, connection: "_Connection") -> None:
        """A connection is gone."""
        self.open.discard(connection)
        self._left.set()

    def hang_up(self) -> None:
        """Close all connections in good order, as servers do with idle ones."""
        for connection in tuple(self.open):
            connection.close()


class _Connection(asyncio.Protocol):
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._buffer = b""
        self._number = 0
        self._transport: asyncio.Transport | None = None
        self._id = 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._endpoint.connections += 1
        self._id = self._endpoint.connections
        self._endpoint.open.add(self)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._endpoint.lost(self)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        length = _length(head)
        if not found or len(rest) < length or self._transport is None:
            return
        self._buffer = rest[length:]
        exchange = Exchange(
            head, rest[:length], self._id, self._number, self._transport
        )
        self._number += 1
        self._endpoint.take(exchange)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
