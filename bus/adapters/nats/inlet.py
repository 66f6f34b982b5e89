"""A subject of NATS as a receiver has it: hears all that is published there.

Streams hear a subject as this does; so what comes here goes into them, too.
"""

import asyncio

from nats.aio.msg import Msg
from nats.js.errors import BadRequestError

from bus.adapters.nats.lanes import Line, hush, kept
from bus.delivery.delivery import Outcome, said_of
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.queues import NatsEndpoint, wildcard
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.receiving import Arrival, Take
from bus.sending import Places, Trust

_AGAIN_S = 1.0


class NatsInlet:
    """Fulfils `bus.receiving.Inlet`; connects again where the connection ends.

    Args:
        url: The subject, as a subscription names it.
        stream: A stream to be made for it, if there is none of that name.
    """

    def __init__(
        self,
        url: str,
        places: Places,
        trust: Trust,
        login: Login | None = None,
        *,
        stream: str | None = None,
    ) -> None:
        hush()
        endpoint = parse_endpoint(url)
        if not isinstance(endpoint, NatsEndpoint):
            raise TypeError(f"no NATS endpoint: {type(endpoint).__name__}")
        self._url = url
        self._places = places
        self._subject = wildcard(endpoint.subject)
        self._stream = stream
        self._lane = kept(endpoint, None, login, places, trust, metered=False)
        self._task: asyncio.Task[None] | None = None

    async def open(self, take: Take) -> str:
        """See `Inlet`."""
        line = await self._line(take)
        if not isinstance(line, Line):
            raise ConfigurationError(f"{self._url}: {said_of(line)}")
        self._task = asyncio.create_task(self._stay(line, take))
        return self._url

    async def close(self) -> None:
        """See `Inlet`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._lane.close()
        await self._places.close()

    async def _stay(self, line: Line, take: Take) -> None:
        while True:
            await line.ended()
            found: Line | Outcome | None = None
            while not isinstance(found, Line):
                await asyncio.sleep(_AGAIN_S)  # noqa: TID251 - real servers know no Clock
                found = await self._line(take)
            line = found

    async def _line(self, take: Take) -> Line | Outcome:
        """A connection on which the subject is heard."""

        async def heard(message: Msg) -> None:
            await take(arrived(message))

        line = await self._lane.line()
        if not isinstance(line, Line):
            return line
        if self._stream is not None:
            await _make(line, self._stream, self._subject)
        await line.client.subscribe(self._subject, cb=heard)
        await line.client.flush()
        return line


async def _make(line: Line, stream: str, subject: str) -> None:
    try:
        await line.client.jsm().add_stream(name=stream, subjects=[subject])
    except BadRequestError:
        return  # there is one


def arrived(message: Msg) -> Arrival:
    """A message as an arrival."""
    headers = {
        name.lower().encode(): value.encode()
        for name, value in (message.headers or {}).items()
    }
    return Arrival(f"/{message.subject}", headers, message.data)
