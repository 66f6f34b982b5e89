"""The sink of kind pull as the suites know one: its endpoint is where a gateway is.

The partner has dialled that gateway already, and says what it is told to.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from bus.adapters.grpc.pull import PullSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from bus.delivery.delivery import Outcome
from bus.receiving import Arrival, Reaction
from bus.sending import Parcel, Sink
from tests.contract.sinks import pull_worlds
from tests.contract.sinks.pull_worlds import TOKEN, Gate, Partner, subscribed
from tests.contract.sinks.worlds import (
    LOOPBACK,
    WAIT_S,
    WHY,
    Placed,
    Received,
    Reply,
    Scripted,
)
from tests.support.relay import Relay

NAMES = ("acme", "laws")
"""The subscriptions of both suites."""
_SAYS: Mapping[Reply, Reaction] = {
    Reply.ACCEPT: Reaction(200),
    Reply.REFUSE: Reaction(422, WHY),
    Reply.THROTTLE: Reaction(429, WHY, WAIT_S),
    Reply.FAIL: Reaction(500, WHY),
    Reply.HANG: Reaction(0),
}


class Gateways:
    """Fulfils `KeepingSink`: hands each parcel over at the gateway its URL names.

    A worker is told its gateways once; the suites name one with every delivery.
    """

    def __init__(self, guard: Guard, names: Names | None) -> None:
        self._guard = guard
        self._names = names
        self._sinks: dict[str, PullSink] = {}

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        if (sink := self._sinks.get(parcel.url)) is None:
            places = GuardedPlaces(self._guard, "grpc", self._names)
            sink = self._sinks[parcel.url] = PullSink([parcel.url], TOKEN, places)
        return await sink.send(replace(parcel, url=pull_worlds.URL))

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        for sink in self._sinks.values():
            sink.leave(subscription)

    async def close(self) -> None:
        """See `Sink`."""
        for sink in self._sinks.values():
            await sink.close()


class PulledWorld(Placed):
    """A gateway, who has dialled it, and what stands between worker and gateway."""

    template = "grpc://{}"
    wait_s: float | None = WAIT_S

    def __init__(self, sink: Sink, relay: Relay) -> None:
        super().__init__(relay)
        self.sink = sink
        self._partner = Partner()
        self._there = AsyncExitStack()

    async def begin(self, port: int = 0) -> int:
        """The gateway listens, the partner is subscribed; returns the port."""
        gateway = pull_worlds.relay(Gate(names=NAMES), port)
        url = await gateway.start()
        self._there.push_async_callback(gateway.stop)
        for name in NAMES:
            await self._there.enter_async_context(subscribed(url, self._partner, name))
        return int(url.rpartition(":")[2])

    async def end(self) -> None:
        """Both are gone."""
        await self._there.aclose()

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return [_received(one) for one in self._partner.had]

    def then(self, *replies: Reply) -> None:
        """See `Scripted`."""
        self._partner.says.extend(_SAYS[reply] for reply in replies)
        self._partner.came.clear()

    async def asked(self) -> None:
        """See `Scripted`."""
        await self._partner.came.wait()

    async def restart(self) -> None:
        """See `Scripted`."""
        await self.end()
        await self.begin(self.relay.to)


def _received(arrival: Arrival) -> Received:
    fields = {name.decode(): value.decode() for name, value in arrival.headers.items()}
    return Received(arrival.body, fields)


async def open_pulled(
    *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[Scripted]:
    """A world whose partner pulls."""
    sink = Gateways(guard or Guard(allow=LOOPBACK, https_only=False), names)
    relay = Relay(0)
    world = PulledWorld(sink, relay)
    relay.to = await world.begin()
    async with relay:
        yield world
        await sink.close()
    await world.end()
