"""One connection of the receiver: HTTP/1.1 in, a request out, an answer back.

On `asyncio.Protocol` and httptools, as it has to be faster than what it measures.
Requests are taken one after the other; pipelined ones wait for their turn.
"""

import asyncio
import socket
import struct
from collections import deque
from http import HTTPStatus
from typing import NamedTuple, Protocol, cast

import httptools
from typing_extensions import override

_NO_LINGER = struct.pack("ii", 1, 0)
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_MOST_WAITING = 64
_BAD_REQUEST = 400


class Request(NamedTuple):
    """A whole request. Header names are lower case."""

    method: str
    url: str
    headers: dict[bytes, bytes]
    body: bytes

    def header(self, name: bytes) -> str:
        """A header's value, empty if it is not there."""
        return self.headers.get(name, b"").decode("latin-1")


class Serve(Protocol):
    """Answers a request, now or later, by the connection's methods."""

    def __call__(self, connection: "Connection", request: Request, /) -> None:
        """Take a request."""
        ...


def answer_bytes(
    status: int, body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()
) -> bytes:
    """A whole answer."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n{lines}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


class Connection(asyncio.Protocol):
    """The server's side of one connection."""

    def __init__(self, serve: Serve, open_: set["Connection"]) -> None:
        self._serve = serve
        self._open = open_
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Request] = deque()
        self._busy = False
        self._answering = False
        self._begin()

    # --- from the event loop

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # TCP and TLS transports are; uvloop's do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._open.add(self)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._open.discard(self)

    @override
    def data_received(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # Not for us: what follows is another request, or none.
                data = data[upgrade.args[0] :]
                self._parser = httptools.HttpRequestParser(self)
            except httptools.HttpParserError:
                self._refuse()
                return
            else:
                return

    def _refuse(self) -> None:
        """Answer what is no request."""
        self._turn_away(_BAD_REQUEST)

    def _turn_away(self, status: int) -> None:
        self.write(answer_bytes(status, b"", (("connection", "close"),)))
        self.close()

    @override
    def pause_writing(self) -> None:
        """Read no more of who does not read our answers."""
        if self._transport is not None:
            self._transport.pause_reading()

    @override
    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    # --- from the parser

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._begin()

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        """Take a piece of the URL."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; of one that comes again both count (RFC 9110, section 5.3)."""
        name = name.lower()
        if name in self._headers:
            value = self._headers[name] + b", " + value
        self._headers[name] = value

    def on_headers_complete(self) -> None:
        """Let the client go on, if it asks before it sends the body."""
        if self._headers.get(b"expect", b"").lower() == b"100-continue":
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Serve the request when those before it are answered."""
        request = Request(
            self._parser.get_method().decode(),
            self._url.decode("latin-1"),
            self._headers,
            b"".join(self._body),
        )
        if self._busy:
            self._waiting.append(request)
            if len(self._waiting) == _MOST_WAITING and self._transport is not None:
                self._transport.pause_reading()
        else:
            self._take(request)

    def _take(self, request: Request) -> None:
        self._busy = True
        self._serve(self, request)

    # --- from who serves

    def answer(self, content: bytes) -> None:
        """Send a whole answer and take the next request."""
        self.write(content)
        self._busy = False
        if self._answering:
            return  # the loop below goes on, however many are answered at once
        self._answering = True
        while self._waiting and not self._busy:
            if len(self._waiting) == _MOST_WAITING:
                self.resume_writing()
            self._take(self._waiting.popleft())
        self._answering = False

    def write(self, content: bytes) -> None:
        """Send bytes, if anybody is still there."""
        if self._transport is not None:
            self._transport.write(content)

    def close(self) -> None:
        """Hang up when everything is sent."""
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """Hang up at once, with a TCP reset."""
        if self._transport is not None:
            self._transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER
            )
            self._transport.abort()
