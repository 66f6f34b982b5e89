"""How a server is connected to: the addresses that were judged, and TLS.

What the adapters share: none of them imports another one.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bus.adapters.meters import Meter, connect
from bus.delivery.delivery import Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswer
from bus.sending import Places, Trust

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Where(Protocol):
    """What an endpoint says of its server."""

    @property
    def host(self) -> str:
        """Its name or address."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def plain(self) -> bool:
        """Whether it is talked to without TLS."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """How a server is connected to. `context` is None without TLS."""

    host: str
    port: int
    addresses: Sequence[str]
    context: ssl.SSLContext | None

    async def dial(self, meter: Meter | None) -> Streams:
        """Connect to the addresses that were judged, one after the other.

        With a meter it is counted what comes.

        Raises:
            OSError: none of them can be connected to.
        """
        failure: OSError = ConnectionRefusedError()
        for address in self.addresses:
            try:
                return await self._connect(address, meter)
            except OSError as error:
                failure = error
        raise failure

    async def _connect(self, address: str, meter: Meter | None) -> Streams:
        if meter is not None:
            return await connect(address, self.port, meter, self.context, self.host)
        name = self.host if self.context else None
        return await asyncio.open_connection(
            address, self.port, ssl=self.context, server_hostname=name
        )


async def way_to(
    where: Where, tls: Tls | None, places: Places, trust: Trust
) -> Way | Unreachable:
    """How an endpoint is connected to, its name resolved and its addresses judged."""
    found = await places.admitted(where.host, where.port, plain=where.plain)
    if isinstance(found, NoAnswer):
        return Unreachable(found.kind, found.detail)
    context = None if where.plain else trust.context(tls)
    if isinstance(context, NoAnswer):
        return Unreachable(context.kind, context.detail)
    return Way(where.host, where.port, found, context)
