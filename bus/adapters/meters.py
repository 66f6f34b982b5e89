"""How much a server may say to us: a little unasked, and more for what it was sent.

Whatever library reads a connection, it takes what comes: an answer that never ends, or
one after the other that nothing asked for. So the stream that it reads from counts, and
hangs up on a server that says more than it can have to say; it also lets others have
their turn between what comes all at once.

What the adapters share: none of them imports another one.
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Iterable
from typing import SupportsIndex, cast

from typing_extensions import override

from bus.delivery.delivery import Outcome, Unreachable
from bus.ports import NoAnswerKind

UNASKED = 65_536
"""So many bytes may be said that nothing asked for; so long may an answer be, too."""
_ANSWER = 1_024
"""And so many for each message that waits for its answer."""
_A_SECOND = 4_096.0
"""And so many a second, for signs of life and what a server tells of itself."""
_TURN = 8_192
"""After so many others have their turn; a call, and a line, counts as some."""
_CALL, _LINE = 16, 64
FLOODED = Unreachable(
    NoAnswerKind.PROTOCOL,
    f"hung up on: it sent more than {UNASKED // 1024} KiB that nothing had asked for",
)


class Flooded(ConnectionError):  # noqa: N818 - it is what a server did
    """A server said more than it can have to say, and was hung up on."""


class Meter:
    """Counts what comes over one connection."""

    def __init__(self) -> None:
        self.flooded = False
        self._loop = asyncio.get_running_loop()
        self._asked = 0
        self._left = float(UNASKED)
        self._since = self._loop.time()
        self._transport: asyncio.Transport | None = None
        self._tell: Callable[[], None] | None = None

    def on_flood(self, tell: Callable[[], None]) -> None:
        """Whom to tell: not every library says that its connection was lost."""
        self._tell = tell

    def asked(self, size: int = 0) -> None:
        """A message was sent, of which so many bytes may come back."""
        self._asked += size + _ANSWER
        self._left += size + _ANSWER

    def answered(self, size: int = 0) -> None:
        """Its answer came; one that comes too late keeps what it may say."""
        self._asked -= size + _ANSWER
        if self._left > (most := UNASKED + self._asked):
            self._left = most

    def judged(self, outcome: Outcome) -> Outcome:
        """What came of a message, where that is because of what was heard."""
        unreached = isinstance(outcome, Unreachable)
        return FLOODED if self.flooded and unreached else outcome

    def hang_up(self) -> None:
        """See that there is no connection any more, whatever waits to be written."""
        if self._transport is not None:
            self._transport.abort()

    def over(self, transport: asyncio.Transport) -> None:
        """It is counted what comes over this."""
        self._transport = transport

    def takes(self, size: int) -> bool:
        """Whether so much more may come; where not, the connection is cut."""
        self._left -= size
        if self._left < 0 and not self.flooded:
            now = self._loop.time()
            more = (now - self._since) * _A_SECOND
            self._left = min(self._left + more, UNASKED + self._asked)
            self._since = now
            self.flooded = self._left < 0
            if self.flooded:
                self.hang_up()
                if self._tell is not None:
                    self._tell()
        return not self.flooded


class MeteredReader(asyncio.StreamReader):
    """A stream that counts what comes, and reads it in turns."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._meter = meter
        self._turn = 0

    @override
    def set_transport(self, transport: asyncio.BaseTransport) -> None:
        super().set_transport(transport)
        self._meter.over(cast("asyncio.Transport", transport))

    @override
    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        if self._meter.takes(len(cast("bytes", data))):
            super().feed_data(data)
        else:
            self.set_exception(Flooded())

    @override
    def readexactly(self, n: int) -> Coroutine[None, None, bytes]:
        reading = super().readexactly(n)
        self._turn += n + _CALL
        return reading if self._turn < _TURN else self._later(reading)

    @override
    def readline(self) -> Coroutine[None, None, bytes]:
        reading = super().readline()
        self._turn += _LINE
        return reading if self._turn < _TURN else self._later(reading)

    @override
    async def read(self, n: int = -1) -> bytes:
        if self._turn >= _TURN:
            await self._rest()
        found = await super().read(n if 0 <= n < _TURN else _TURN)
        self._turn += len(found) + _CALL
        return found

    async def _later(self, reading: Coroutine[None, None, bytes]) -> bytes:
        try:
            await self._rest()
        except BaseException:
            reading.close()
            raise
        return await reading

    async def _rest(self) -> None:
        self._turn = 0
        await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop, no time


async def connect(
    address: str, port: int, meter: Meter, context: ssl.SSLContext | None, name: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """As `asyncio.open_connection`, but for what is read being counted."""
    loop = asyncio.get_running_loop()
    reader = MeteredReader(meter)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.create_connection(
        lambda: protocol,
        address,
        port,
        ssl=context,
        server_hostname=name if context else None,
    )
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
