"""The sink of kind amqp1: an event a durable message, taken once it is accepted."""

import asyncio
from functools import lru_cache
from typing import TypeAlias

from bus.adapters.amqp1.codes import (
    NO_CREDIT,
    TOO_LARGE,
    NotReached,
    outcome_of,
    unreachable,
)
from bus.adapters.amqp1.envelope import written
from bus.adapters.amqp1.line import Line, Sending
from bus.adapters.amqp1.said import Attach, Begin
from bus.adapters.amqp1.wire import Wire
from bus.adapters.lanes import Kept, Lanes
from bus.adapters.meters import Meter
from bus.adapters.ways import Way, way_to
from bus.delivery.delivery import Outcome, Refused, Unreachable
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.queues import Amqp1Endpoint
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswerKind
from bus.sending import Parcel, Places, Trust

MOST_BYTES = 16 * 1024 * 1024
"""A message may be so long, where its receiver sets no limit of its own."""
_TRIES = 2
"""A connection may have ended before anything was written to it."""
_Key: TypeAlias = tuple[str, Tls | None, Login | None]


class Amqp1Sink:
    """Fulfils `bus.sending.Sink` by unsettled transfers on one link an endpoint.

    Args:
        places: Where it may connect to; closed here.
        trust: What connections with TLS are secured by.
    """

    def __init__(self, places: Places, trust: Trust) -> None:
        self._places = places
        self._trust = trust
        self._lanes: Lanes[_Key, Kept[Line]] = Lanes()

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        login, tls = parcel.subscription.login, parcel.tls
        with self._lanes.use(
            (parcel.url, tls, login),
            parcel.subscription.id,
            lambda: self._lane(parcel.url, tls, login),
        ) as lane:
            outcome = await _sent(lane, parcel)
            lane.heard(outcome)
        return outcome

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._lanes.leave(subscription)

    async def close(self) -> None:
        """Close all connections."""
        await self._lanes.close()
        await self._places.close()

    def _lane(self, url: str, tls: Tls | None, login: Login | None) -> Kept[Line]:
        endpoint = endpoint_of(url)

        async def opening(meter: Meter) -> Line:
            way = await found(endpoint, tls, self._places, self._trust)
            wire = await dialled(way, endpoint, login, tls, meter)
            begun, attach = await attached(wire, endpoint, receiver=False)
            return Line(wire, meter, begun, attach)

        return Kept(opening, outcome_of)


async def found(
    endpoint: Amqp1Endpoint, tls: Tls | None, places: Places, trust: Trust
) -> Way:
    """How an endpoint is connected to.

    Raises:
        NotReached: its name has no address, or none that is allowed.
    """
    way = await way_to(endpoint, tls, places, trust)
    if isinstance(way, Unreachable):
        raise NotReached(way)
    return way


async def dialled(
    way: Way,
    endpoint: Amqp1Endpoint,
    login: Login | None,
    tls: Tls | None,
    meter: Meter | None,
) -> Wire:
    """A connection that is signed in to; with a meter it is counted what comes.

    Raises:
        NotLetIn, Garbled, OSError, EOFError: as `Wire` has it.
    """
    wire = Wire(*await way.dial(meter))
    shown = tls is not None and tls.client_certificate is not None
    try:
        await wire.sign_in(endpoint.hostname, login, shown=shown)
    except BaseException:
        await wire.end()
        raise
    return wire


async def attached(
    wire: Wire, endpoint: Amqp1Endpoint, *, receiver: bool
) -> tuple[Begin, Attach]:
    """Attach to an endpoint's address; the connection is hung up where that fails."""
    try:
        return await wire.open(endpoint.hostname, endpoint.address, receiver=receiver)
    except BaseException:
        await wire.end()
        raise


async def _sent(lane: Kept[Line], parcel: Parcel) -> Outcome:
    message = written(parcel)
    line: Line | Outcome | None = None
    sending: Sending | None = None
    try:
        async with asyncio.timeout(parcel.timeout_s):
            for _ in range(_TRIES):
                line = await lane.line()
                if not isinstance(line, Line):
                    return line
                if (refused := _unfit(line, message)) is not None:
                    return refused
                sending = line.begin(message)
                outcome = await sending.answer
                if sending.begun or line.is_open:
                    return outcome
            return unreachable(NoAnswerKind.RESET)
    except TimeoutError:
        waits = sending is not None and not sending.begun
        starved = isinstance(line, Line) and not line.has_credit
        return NO_CREDIT if waits and starved else unreachable(NoAnswerKind.TIMEOUT)


def _unfit(line: Line, message: bytes) -> Refused | None:
    """Why a receiver never takes a message, if it does not."""
    size, most = len(message), min(line.most_bytes or MOST_BYTES, MOST_BYTES)
    if size <= most:
        return None
    return Refused(TOO_LARGE, f"not sent: {size} bytes, and its receiver takes {most}")


@lru_cache(maxsize=20_000)
def endpoint_of(url: str) -> Amqp1Endpoint:
    """The endpoint of a URL of this kind."""
    endpoint = parse_endpoint(url)
    if not isinstance(endpoint, Amqp1Endpoint):
        raise TypeError(f"no AMQP 1.0 endpoint: {type(endpoint).__name__}")
    return endpoint
