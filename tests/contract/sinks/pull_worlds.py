"""The sink of kind pull under contract: a relay, and a partner who dials it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bus.adapters.grpc.pull import PullSink
from bus.adapters.grpc.puller import PullInlet
from bus.adapters.grpc.relay import Relay
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.errors import NotAllowedError, NotAuthenticatedError
from bus.receiving import Arrival, Reaction
from tests.contract.sinks.worlds import LOOPBACK

KEY, TOKEN = "k3y", "t0ken"
URL = "pull://grpc"


@dataclass
class Gate:
    """Who may subscribe to what: the key, to `acme`; until it is revoked."""

    revoked: bool = False
    names: tuple[str, ...] = ("acme",)

    def __call__(self, token: str, subscription: str) -> None:
        """See `Admit`."""
        if token != KEY or self.revoked:
            raise NotAuthenticatedError("no such key")
        if subscription not in self.names:
            raise NotAllowedError("not yours")


@dataclass
class Partner:
    """Takes what it pulls; says what it is told to, else 200."""

    had: list[Arrival] = field(default_factory=list)
    says: deque[Reaction] = field(default_factory=deque)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, arrival: Arrival) -> Reaction:
        """See `Take`."""
        self.had.append(arrival)
        self.came.set()
        return self.says.popleft() if self.says else Reaction(200)

    @property
    def ids(self) -> list[str]:
        """The webhook-ids that came."""
        return [one.headers[b"webhook-id"].decode() for one in self.had]


def relay(admit: Callable[[str, str], None], port: int = 0) -> Relay:
    """A relay without TLS."""
    return Relay("127.0.0.1", port, admit, lambda shown: shown == TOKEN)


def pull_sink(*relays: str, token: str = TOKEN) -> PullSink:
    """A worker's side of it."""
    places = GuardedPlaces(Guard(allow=LOOPBACK, https_only=False), "grpc")
    return PullSink(relays, token, places)


@asynccontextmanager
async def subscribed(
    url: str, partner: Partner, name: str = "acme", key: str = KEY
) -> AsyncIterator[PullInlet]:
    """A partner who has dialled."""
    inlet = PullInlet(url, name, key)
    try:
        assert await inlet.open(partner.take) == URL
        yield inlet
    finally:
        await inlet.close()


@dataclass
class PullWorld:
    """A relay, a sink, a gate; nobody is subscribed."""

    relay: Relay
    url: str
    sink: PullSink
    gate: Gate


@asynccontextmanager
async def pulling() -> AsyncIterator[PullWorld]:
    """Open one."""
    gate = Gate()
    async with AsyncExitStack() as stack:
        made = relay(gate)
        url = await made.start()
        stack.push_async_callback(made.stop)
        sink = pull_sink(url)
        stack.push_async_callback(sink.close)
        yield PullWorld(made, url, sink, gate)
