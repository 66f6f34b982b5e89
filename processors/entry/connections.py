"""Connections of a server: how many, how long a head may be, and how long it may take.

A connection that has sent no whole head within `idle_s`, from its beginning or the
last answer on, is closed; so a slow client holds a socket and nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import Enum

from aiohttp import http_exceptions, web
from typing_extensions import override

from processors.entry.addresses import Network, address_at
from processors.entry.doors import Doors

BACKLOG = 1_024
"""Connections that wait until they are taken. A burst fills asyncio's hundred while one
turn of the loop goes by: who comes after that tries again a second later, or is reset.
"""
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_INTERNAL = 500


class Fault(Enum):
    """What was no request, or could not be answered."""

    BROKEN = "a bug"
    LONG = "a line is too long, or there are too many headers"
    METHOD = "a method that HTTP does not know"
    NO_HTTP = "this is no HTTP request"


Refuse = Callable[[Fault, "Lines"], web.Response]
"""Makes the answer to a fault; nothing that was sent is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """How long a head may be, how long it may take, and how many connections.

    `connections`: see `Doors`.
    """

    line_bytes: int = 8_190
    headers: int = 64
    idle_s: float = 30
    connections: int = 1_000


class Connection(web.RequestHandler):
    """Says what was no request, and logs nothing of it."""

    __slots__ = ("_doors", "_lines", "_refuse", "_whose")

    def __init__(
        self,
        manager: web.Server,
        loop: asyncio.AbstractEventLoop,
        lines: Lines,
        doors: Doors,
        refuse: Refuse,
    ) -> None:
        super().__init__(
            manager,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # None is what switches it off
            keepalive_timeout=lines.idle_s,
            max_line_size=lines.line_bytes,
            max_field_size=lines.line_bytes,
            max_headers=lines.headers,
            auto_decompress=False,
            lingering_time=2,
        )
        self._lines = lines
        self._doors = doors
        self._refuse = refuse
        self._whose: str | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up on one too many."""
        super().connection_made(transport)
        self._whose = self._doors.enter(address_at(transport))
        if self._whose is None:
            self.force_close()

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        """Make room."""
        super().connection_lost(exc)
        if self._whose is not None:
            self._doors.leave(self._whose)
            self._whose = None

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = _INTERNAL,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what the parser refuses; its words may hold what was sent."""
        if status == _INTERNAL:
            fault = Fault.BROKEN
        elif isinstance(exc, http_exceptions.LineTooLong) or (
            "headers" in (message or "").lower()[:20]
        ):
            fault = Fault.LONG
        elif isinstance(exc, http_exceptions.BadHttpMethod):
            fault = Fault.METHOD
        else:
            fault = Fault.NO_HTTP
        response = self._refuse(fault, self._lines)
        response.force_close()
        return response


class HttpServer(web.Server):
    """Makes a connection of ours for each client."""

    def __init__(
        self,
        handler: Handler,
        lines: Lines,
        refuse: Refuse,
        proxies: Collection[Network] = (),
    ) -> None:
        super().__init__(handler)
        self._lines = lines
        self._refuse = refuse
        self._doors = Doors(lines.connections, proxies)

    @override
    def __call__(self) -> web.RequestHandler:
        loop = asyncio.get_running_loop()
        return Connection(self, loop, self._lines, self._doors, self._refuse)
