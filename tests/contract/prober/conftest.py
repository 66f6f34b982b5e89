"""The probers under contract, each with a partner that can be told what to do."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Protocol

import pytest
import trustme
import uvloop

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.probe import EndpointProbe
from bus.adapters.memory.prober import MemoryProber, Scripted
from bus.delivery.subscription import Tls
from bus.ports import NoAnswer, NoAnswerKind
from bus.probing import Asker, Exchanged, Prober, Secured
from tests.support.endpoint import Endpoint, Exchange, says

HOST = "partner.example"
ADDRESS = "127.0.0.1"
INSIDE = "10.1.2.3"
AUTHORITY = trustme.CA()
TLS = Tls(ca=AUTHORITY.cert_pem.bytes().decode())


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run each test on asyncio's loop and on uvloop's."""
    del config, item
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class World(Protocol):
    """A prober, and endpoints of `HOST` made to order; each returns its URL."""

    prober: Prober
    asker: Asker

    async def answering(self, *, status: int = 200, keeps: bool = True) -> str:
        """An endpoint that answers."""
        ...

    async def hanging_up(self) -> str:
        """An endpoint that hangs up without an answer."""
        ...

    async def silent(self) -> str:
        """An endpoint that takes a request and never answers."""
        ...

    async def gone(self) -> str:
        """A port that nobody listens on."""
        ...

    async def secured(self) -> str:
        """An endpoint with a certificate of `AUTHORITY`."""
        ...

    async def allowing(self) -> str:
        """An endpoint that allows everybody in the handshake."""
        ...

    async def inside(self) -> str:
        """A name with an address alone that nobody may connect to."""
        ...

    async def at_home(self) -> str:
        """A name in a network that the operator has opened."""
        ...


class MemoryWorld:
    """The double."""

    def __init__(self) -> None:
        self._memory = MemoryProber()
        self.prober: Prober = self._memory
        self.asker: Asker = self._memory

    def _made(self, scripted: Scripted, scheme: str = "http") -> str:
        self._memory.hosts[HOST] = scripted
        return f"{scheme}://{HOST}/in"

    async def answering(self, *, status: int = 200, keeps: bool = True) -> str:
        """See `World`."""
        said = Exchanged(status=status, began=True, whole=True, kept=keeps)
        refused = {INSIDE: "private"}
        return self._made(
            Scripted(addresses=(INSIDE, ADDRESS), refused=refused, answers=said)
        )

    async def hanging_up(self) -> str:
        """See `World`."""
        said = Exchanged(failure=NoAnswer(NoAnswerKind.RESET, "closed"))
        return self._made(Scripted(addresses=(ADDRESS,), answers=said))

    async def silent(self) -> str:
        """See `World`."""
        said = Exchanged(failure=NoAnswer(NoAnswerKind.TIMEOUT, "no answer"))
        return self._made(Scripted(addresses=(ADDRESS,), answers=said))

    async def gone(self) -> str:
        """See `World`."""
        failure = NoAnswer(NoAnswerKind.CONNECT, "connection refused")
        return self._made(Scripted(addresses=(ADDRESS,), connecting=failure))

    async def secured(self) -> str:
        """See `World`."""
        tls = Secured(version="TLSv1.3")
        return self._made(Scripted(addresses=(ADDRESS,), tls=tls), "https")

    async def allowing(self) -> str:
        """See `World`."""
        said = Exchanged(status=200, headers={"webhook-allowed-origin": "*"})
        return self._made(Scripted(addresses=(ADDRESS,), options=said))

    async def inside(self) -> str:
        """See `World`."""
        refused = {INSIDE: "private"}
        return self._made(Scripted(addresses=(INSIDE,), refused=refused))

    async def at_home(self) -> str:
        """See `World`."""
        return self._made(Scripted(addresses=(ADDRESS,), opened=True))


class RealWorld:
    """Sockets on loopback."""

    def __init__(self, probe: EndpointProbe, stack: AsyncExitStack) -> None:
        self.prober: Prober = probe
        self.asker: Asker = probe
        self._stack = stack

    async def answering(self, *, status: int = 200, keeps: bool = True) -> str:
        """See `World`."""
        more = "" if keeps else "connection: close\r\n"
        said = f"HTTP/1.1 {status} x\r\n{more}content-length: 0\r\n\r\n".encode()
        return await self._endpoint(says(said, close=not keeps))

    async def hanging_up(self) -> str:
        """See `World`."""
        return await self._endpoint(Exchange.close)

    async def silent(self) -> str:
        """See `World`."""
        return await self._endpoint(says())

    async def gone(self) -> str:
        """See `World`."""
        async with Endpoint() as endpoint:
            return endpoint.url(host=HOST)

    async def secured(self) -> str:
        """See `World`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert(HOST).configure_cert(context)
        said = says(b"HTTP/1.1 200 x\r\ncontent-length: 0\r\n\r\n")
        return await self._endpoint(said, context)

    async def allowing(self) -> str:
        """See `World`."""

        def respond(exchange: Exchange) -> None:
            assert exchange.head.startswith(b"OPTIONS /hook HTTP/1.1\r\n")
            assert b"webhook-request-origin: orderbus" in exchange.head
            allowed = b"WebHook-Allowed-Origin: *\r\ncontent-length: 0\r\n\r\n"
            exchange.write(b"HTTP/1.1 200 x\r\n" + allowed)

        return await self._endpoint(respond)

    async def inside(self) -> str:
        """See `World`."""
        return "https://inside.example/"

    async def at_home(self) -> str:
        """See `World`."""
        return "http://home.example/"

    async def _endpoint(
        self, respond: Callable[[Exchange], None], tls: ssl.SSLContext | None = None
    ) -> str:
        endpoint = await self._stack.enter_async_context(Endpoint(respond, tls))
        return endpoint.url(host=HOST)


@pytest.fixture(params=["memory", "http"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Each prober in turn; the host has an address inside, too."""
    if request.param == "memory":
        yield MemoryWorld()
        return
    table = {
        HOST: [INSIDE, ADDRESS],
        "inside.example": [INSIDE],
        "home.example": [ADDRESS, "127.0.0.2"],
    }

    def look_up(host: str) -> list[str]:
        if host not in table:
            raise OSError(-2, "Name or service not known")
        return table[host]

    names = Names(look_up, ttl_s=0)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(names.close)
        yield RealWorld(EndpointProbe(Guard(allow=["127.0.0.0/8"]), names), stack)
