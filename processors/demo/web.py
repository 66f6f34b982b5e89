"""As much of HTTP as the demo's senders need: to post, and to be asked for orders.

Both talk to this machine only, to programs of ours.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

_WITHIN_S = 10.0


async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Post a body; returns the status, 0: nobody answered."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    head = [f"POST {parts.path} HTTP/1.1", f"Host: {host}:{port}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    head += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    with suppress(OSError, TimeoutError, ValueError, IndexError):
        async with asyncio.timeout(_WITHIN_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write("\r\n".join(head).encode() + body)
                await writer.drain()
                return int((await reader.readline()).split()[1])
            finally:
                writer.close()
    return 0


class OrderApi:
    """A shop's API on this machine: gives the document of each order it is asked for.

    `document` makes it of the last part of the path without what stands behind `?`.
    """

    def __init__(self, document: Callable[[str], bytes]) -> None:
        self._document = document
        self._server: asyncio.Server | None = None
        self.host = ""

    async def start(self) -> None:
        """Listen on a free port of this machine; `host` says which."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.host = f"127.0.0.1:{port}"

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError, TimeoutError, ValueError, IndexError):
            async with asyncio.timeout(_WITHIN_S):
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split()[1].decode()
                body = self._document(path.partition("?")[0].rpartition("/")[2])
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
                await writer.drain()
        writer.close()
