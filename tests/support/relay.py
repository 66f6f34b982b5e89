"""A TCP relay before a server, which cuts connections when a test says so."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Self, TypeAlias, cast

_NO_LINGER = struct.pack("ii", 1, 0)


class Relay:
    """Passes bytes both ways; `async with` opens it.

    `open`: how many we have not hung up on. With `answer_bytes` a connection is cut
    once so many have come back over it. With `instead` what would come back next does
    not: the first bytes come once, the others for ever.
    """

    def __init__(self, port: int, *, host: str = "127.0.0.1") -> None:
        self.port = 0
        self._host = host
        self.connections = 0
        self.open = 0
        self.answer_bytes: int | None = None
        self.instead: tuple[bytes, bytes] | None = None
        self.to = port
        self._ends: set[asyncio.StreamWriter] = set()
        self._all: list[asyncio.StreamWriter] = []
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._take, self._host, 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut everything."""
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()
        closed = (writer.wait_closed() for writer in self._all)
        await asyncio.gather(*self._pumps, *closed, return_exceptions=True)

    def cut(self) -> None:
        """Reset all connections, on both sides."""
        for writer in tuple(self._ends):
            _reset(writer)
        self._ends.clear()

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self.open += 1
        back, forth = await asyncio.open_connection("127.0.0.1", self.to)
        self._ends |= {writer, forth}
        self._all += (writer, forth)
        for source, to, limited in ((reader, forth, False), (back, writer, True)):
            pump = asyncio.create_task(self._pump(source, to, limited=limited))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)
            if not limited:
                pump.add_done_callback(self._hung_up)

    def _hung_up(self, _: "asyncio.Task[None]") -> None:
        self.open -= 1

    async def _pump(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, limited: bool
    ) -> None:
        passed = 0
        try:
            while content := await source.read(65_536):
                if limited and self.instead is not None:
                    await _flood(to, *self.instead)
                if limited and self.answer_bytes is not None:
                    content = content[: max(0, self.answer_bytes - passed)]
                    passed += len(content)
                to.write(content)
                await to.drain()
                if limited and passed == self.answer_bytes:
                    self.cut()
                    return
        except OSError:
            pass
        to.close()


async def _flood(to: asyncio.StreamWriter, first: bytes, then: bytes) -> None:
    """Speak until nobody listens any more. Raises OSError."""
    to.write(first)
    while True:
        to.write(then * (-(-65_536 // len(then))))
        await to.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    transport = cast("asyncio.Transport", writer.transport)
    under = transport.get_extra_info("socket")
    if under is not None and under.fileno() >= 0:
        under.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


Speak: TypeAlias = Callable[
    [asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]
]


@asynccontextmanager
async def stranger(
    speak: Speak | None = None, context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A port where somebody listens who speaks so, or never; hung up in the end."""
    taken: list[asyncio.StreamWriter] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)
        if speak is not None:
            await speak(reader, writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for writer in taken:
            writer.transport.abort()
        closed = (writer.wait_closed() for writer in taken)
        await asyncio.gather(*closed, return_exceptions=True)
        await server.wait_closed()
