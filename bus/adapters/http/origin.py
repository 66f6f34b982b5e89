"""An origin of the lean sender: how to connect to it, and the idle connections."""

import asyncio
import socket
import ssl
from collections import deque
from dataclasses import dataclass, field

import aiohappyeyeballs

from bus.adapters.http.deadlines import Deadlines
from bus.adapters.http.exchange import Connection
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.pool import Known

_NEXT_ADDRESS_AFTER_S = 0.25  # RFC 8305 section 8, connection attempt delay


@dataclass(slots=True, eq=False)
class Origin:
    """One scheme, host and port under one TLS setting.

    `context` is None for plain http. `idle` is part of `open`, last used last.
    """

    host: str
    port: int
    context: ssl.SSLContext | None
    idle: deque[Connection] = field(default_factory=deque)
    open: set[Connection] = field(default_factory=set)
    known: Known = field(default_factory=Known)

    def take(self) -> Connection | None:
        """An idle connection, the one used last, as it is the likeliest to live."""
        while self.idle:
            connection = self.idle.pop()
            if connection.alive and not connection.disturbed:
                return connection
            connection.abort()
        return None

    def close_idle(self, since: float) -> None:
        """Hang up connections that are idle since `since` (loop time) or longer."""
        while self.idle and self.idle[0].idle_since <= since:
            self.idle.popleft().abort()

    def close(self) -> None:
        """Hang up all connections."""
        self.idle.clear()
        for connection in tuple(self.open):
            connection.abort()

    async def connect(
        self, guard: Guard, names: Names, deadlines: Deadlines
    ) -> Connection:
        """Connect to an address that the guard admits, and to no other.

        Raises:
            UnresolvableError: the name has no address.
            ForbiddenAddressError: it has none that may be connected to.
            OSError: nobody answers there, or not in TLS.
        """
        loop = asyncio.get_running_loop()
        addresses = guard.admit(
            await names.resolve(self.host), plain=self.context is None
        )
        # The addresses just judged, and no name, go into the connection.
        connected = await aiohappyeyeballs.start_connection(
            [_info(address, self.port) for address in addresses],
            happy_eyeballs_delay=_NEXT_ADDRESS_AFTER_S,
        )
        try:
            transport, connection = await loop.create_connection(
                lambda: Connection(loop, self, deadlines), sock=connected
            )
        except BaseException:
            connected.close()
            raise
        if self.context is not None:
            await self._secure(transport, connection, self.context)
        return connection

    async def _secure(
        self,
        transport: asyncio.Transport,
        connection: Connection,
        context: ssl.SSLContext,
    ) -> None:
        """Start TLS: a step of its own, as what TLS has sent waits in `transport`."""
        try:
            secured = await asyncio.get_running_loop().start_tls(
                transport,
                connection,
                context,
                # Certificates are made out to names without the root's dot.
                server_hostname=self.host.rstrip("."),
            )
        except BaseException:
            transport.abort()
            self.open.discard(connection)
            raise
        if secured is None:
            raise ConnectionResetError
        connection.secured(secured)


def _info(address: str, port: int) -> aiohappyeyeballs.AddrInfoType:
    if ":" in address:
        family, where = socket.AF_INET6, (address, port, 0, 0)
        return family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
