"""A queue of an AMQP 1.0 broker as a receiver has it; what is in it is taken out."""

import asyncio
from contextlib import suppress

from bus.adapters.amqp1.codec import Garbled
from bus.adapters.amqp1.codes import outcome_of
from bus.adapters.amqp1.envelope import read
from bus.adapters.amqp1.frames import disposition, flow
from bus.adapters.amqp1.said import ACCEPTED, REJECTED, Transfer
from bus.adapters.amqp1.sink import attached, dialled, endpoint_of, found
from bus.adapters.amqp1.wire import WINDOW, Wire
from bus.delivery.delivery import said_of
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.receiving import Arrival, Take
from bus.sending import Places, Trust

_AGAIN_S = 1.0
_AHEAD = 100
_MOST_BYTES = 64 * 1024 * 1024


class Amqp1Inlet:
    """Fulfils `bus.receiving.Inlet`; connects again where the connection ends.

    Args:
        url: The address, as a subscription names it.
    """

    def __init__(
        self, url: str, places: Places, trust: Trust, login: Login | None = None
    ) -> None:
        self._url = url
        self._endpoint = endpoint_of(url)
        self._places = places
        self._trust = trust
        self._login = login
        self._task: asyncio.Task[None] | None = None

    async def open(self, take: Take) -> str:
        """See `Inlet`."""
        try:
            wire = await self._attached()
        except Exception as error:
            told = said_of(outcome_of(error))
            raise ConfigurationError(f"{self._url}: {told}") from error
        self._task = asyncio.create_task(self._stay(wire, take))
        return self._url

    async def close(self) -> None:
        """See `Inlet`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._places.close()

    async def _attached(self) -> Wire:
        endpoint = self._endpoint
        way = await found(endpoint, None, self._places, self._trust)
        wire = await dialled(way, endpoint, self._login, None, None)
        await attached(wire, endpoint, receiver=True)
        return wire

    async def _stay(self, wire: Wire, take: Take) -> None:
        while True:
            await _consumed(wire, take, f"/{self._endpoint.address}")
            again: Wire | None = None
            while again is None:
                await asyncio.sleep(_AGAIN_S)  # noqa: TID251 - real brokers know no Clock
                with suppress(Exception):
                    again = await self._attached()
            wire = again


async def _consumed(wire: Wire, take: Take, place: str) -> None:
    """Take in what comes, until the connection ends."""
    beating = asyncio.create_task(wire.beat())
    taking = asyncio.create_task(_take(wire, take, place))
    try:
        await asyncio.wait([beating, taking], return_when="FIRST_COMPLETED")
    finally:
        for task in (beating, taking):
            task.cancel()
        await asyncio.gather(beating, taking, return_exceptions=True)
        await wire.end()


async def _take(wire: Wire, take: Take, place: str) -> None:
    frames = count = number = 0
    data = b""
    wire.say(flow(0, WINDOW, 0, count=0, credit=_AHEAD))
    while True:
        said, piece = await wire.hear()
        if not isinstance(said, Transfer):
            continue
        frames, data = frames + 1, data + piece
        number = number if said.number is None else said.number
        if len(data) > _MOST_BYTES:
            raise Garbled("a message that is too large")
        if said.more and not said.aborted:
            wire.say(flow(frames, WINDOW, 0, count=count, credit=_AHEAD))
            continue
        message, data, count = data, b"", count + 1
        if not said.aborted:
            state = await _taken(message, take, place)
            if not said.settled:
                wire.say(disposition(number, receiver=True, state=state))
        wire.say(flow(frames, WINDOW, 0, count=count, credit=_AHEAD))


async def _taken(data: bytes, take: Take, place: str) -> int:
    """Hand a message on; what is said of it: what is none is rejected."""
    try:
        message = read(data)
    except Garbled:
        return REJECTED
    headers = {
        name.lower().encode(): value.encode("utf-8", "replace")
        for name, value in message.texts.items()
    }
    await take(Arrival(place, headers, message.body))
    return ACCEPTED
