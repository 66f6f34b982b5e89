"""The server under the routes: connections, and requests that are no HTTP.

A connection that has sent no whole head within `idle_s`, from its beginning or the
last answer on, is closed; so a slow client holds a socket and nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from aiohttp import http_exceptions, web
from typing_extensions import override

from processors.gateway.answers import refused
from processors.gateway.callers import Network, address_at
from processors.gateway.doors import Doors
from processors.gateway.problems import (
    BAD_REQUEST,
    INTERNAL,
    LONG_HEADERS,
    ProblemError,
)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_INTERNAL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """How long a head may be, how long it may take, and how many connections.

    `connections`: see `Doors`.
    """

    line_bytes: int = 8_190
    headers: int = 64
    idle_s: float = 30
    connections: int = 1_000


class _Connection(web.RequestHandler):
    """Says in a problem document what was no request, and logs nothing of it."""

    __slots__ = ("_doors", "_lines", "_whose")

    def __init__(
        self,
        manager: web.Server,
        loop: asyncio.AbstractEventLoop,
        lines: Lines,
        doors: Doors,
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
            problem = ProblemError(INTERNAL)
        elif isinstance(exc, http_exceptions.LineTooLong) or (
            "headers" in (message or "").lower()[:20]
        ):
            most = f"A line may have {self._lines.line_bytes} bytes, a request "
            problem = ProblemError(
                LONG_HEADERS, f"{most}{self._lines.headers} headers."
            )
        else:
            problem = ProblemError(BAD_REQUEST, "This is no HTTP request.")
        done = refused(problem, "")
        response = web.Response(
            status=done.status, body=done.body, headers=done.headers
        )
        response.force_close()
        return response


class HttpServer(web.Server):
    """Makes a connection of ours for each client."""

    def __init__(
        self, handler: Handler, lines: Lines, proxies: Collection[Network] = ()
    ) -> None:
        super().__init__(handler)
        self._lines = lines
        self._doors = Doors(lines.connections, proxies)

    @override
    def __call__(self) -> web.RequestHandler:
        loop = asyncio.get_running_loop()
        return _Connection(self, loop, self._lines, self._doors)
