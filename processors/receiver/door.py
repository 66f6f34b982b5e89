"""What listens, and hands every request to who serves it."""

import asyncio
import ssl

from processors.receiver.connection import Connection, Serve
from processors.receiver.guarded import GuardedConnection, Refuse
from processors.receiver.limits import Limits

_LOOK_EVERY_S = 1.0


class Door:
    """A listening socket and its connections.

    Args:
        serve: Takes every request.
        limits: How much one sender may ask; None: the senders are our own.
        refused: Told of what went beyond them.
    """

    def __init__(
        self,
        serve: Serve,
        limits: Limits | None = None,
        refused: Refuse = lambda _: None,
    ) -> None:
        self._serve = serve
        self._limits = limits
        self._refused = refused
        self._open: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._look: asyncio.TimerHandle | None = None
        self._scheme = "http"
        self.port = 0

    async def open(
        self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> int:
        """Listen; returns the port. Raises OSError when it is in use."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._connection, host, port, ssl=tls, backlog=4096
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._scheme = "http" if tls is None else "https"
        if self._limits is not None:
            self._look_again()
        return self.port

    def _connection(self) -> Connection:
        if self._limits is None:
            return Connection(self._serve, self._open)
        return GuardedConnection(self._serve, self._open, self._limits, self._refused)

    def _look_again(self) -> None:
        for connection in tuple(self._open):
            if isinstance(connection, GuardedConnection) and connection.overdue():
                connection.reset()
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(_LOOK_EVERY_S, self._look_again)

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._look is not None:
            self._look.cancel()
        if self._server is not None:
            self._server.close()
            for connection in tuple(self._open):
                connection.reset()
            await self._server.wait_closed()
            self._server = None

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"
