"""Where parcels go: a sink for each kind of endpoint, made when it is first needed.

Kinds other than webhooks need libraries that not every process has. Where one is
missing nothing is lost: its deliveries wait, and it is said what is to be installed.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from bus.delivery.delivery import Accepted, Outcome, Unreachable
from bus.delivery.endpoint import Kind
from bus.delivery.hiding import discreet
from bus.delivery.routing import judge
from bus.errors import ConfigurationError
from bus.ports import Answer, Sender
from bus.sending import KeepingSink, Parcel, Reply, Sink, StraightSender

Maker: TypeAlias = Callable[[], Sink]
"""Makes a sink. Raises ConfigurationError where that cannot be."""


class Webhooks:
    """The sink of kind http: posts, and judges the answer. `sender` is not closed."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._straight = sender if isinstance(sender, StraightSender) else None

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        return self.judged(parcel, await self._sender.send(parcel))

    def start(self, parcel: Parcel, heard: Callable[[Reply | None], object]) -> bool:
        """See `StraightSink`."""
        straight = self._straight
        return straight is not None and straight.start(parcel, heard)

    def judged(self, parcel: Parcel, reply: Reply) -> Outcome:
        """See `StraightSink`."""
        if not isinstance(reply, Answer):
            return Unreachable(reply.kind, reply.detail)
        outcome = judge(
            reply.status,
            reply.retry_after,
            reply.excerpt,
            parcel.subscription.transient_statuses,
            parcel.now_s,
        )
        if isinstance(outcome, Accepted):
            return outcome
        return discreet(outcome, parcel.subscription)

    async def close(self) -> None:
        """Nothing is its own."""


class _Discreet:
    """A sink whose outcomes tell no credential that an endpoint repeats."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        return discreet(await self._sink.send(parcel), parcel.subscription)

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        if isinstance(self._sink, KeepingSink):
            self._sink.leave(subscription)

    async def close(self) -> None:
        """See `Sink`."""
        await self._sink.close()


class Sinks:
    """The sinks of one process. None tells what its endpoints are secured by.

    Args:
        sender: Posts webhooks; not closed here.
        makers: Make the sinks of other kinds, each called once and when needed.
        others: Makes those of plug-ins, likewise, by their names.
    """

    def __init__(
        self,
        sender: Sender,
        makers: Mapping[str, Maker] | None = None,
        others: Callable[[str], Sink] | None = None,
    ) -> None:
        self._makers = makers or {}
        self._others = others
        self._made: dict[str, Sink] = {Kind.HTTP: Webhooks(sender)}

    def of(self, way: str) -> Sink | str:
        """The sink of a kind or a plug-in's name, or why there is none here."""
        sink = self._made.get(way)
        if sink is not None:
            return sink
        maker = self._makers.get(way)
        if maker is None and self._others is not None and way.startswith("x-"):
            maker = partial(self._others, way)
        if maker is None:
            return f"this process does not deliver to {way} endpoints"
        try:
            sink = self._made[way] = _Discreet(maker())
        except ConfigurationError as error:
            return str(error)
        return sink

    def leave(self, subscription: str) -> None:
        """Nothing goes to a subscription for now; see `KeepingSink`."""
        for sink in self._made.values():
            if isinstance(sink, KeepingSink):
                sink.leave(subscription)

    async def close(self) -> None:
        """Close the sinks that were made."""
        for sink in self._made.values():
            await sink.close()
