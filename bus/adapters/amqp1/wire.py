"""A connection's bytes: frames in and out, who we are, and signs of life both ways."""

import asyncio
import struct
from contextlib import suppress
from typing import TypeAlias, TypeVar
from uuid import uuid4

from bus.adapters.amqp1.codec import Garbled
from bus.adapters.amqp1.frames import (
    HEAD_BYTES,
    PLAIN_FRAME,
    SASL_FRAME,
    SMALLEST,
    attach,
    begin,
    close,
    frame,
    open_,
    sasl_init,
)
from bus.adapters.amqp1.said import (
    Attach,
    Begin,
    Challenge,
    Ending,
    Fault,
    Flow,
    Mechanisms,
    Open,
    Said,
    SignedIn,
    parse,
)
from bus.delivery.subscription import Login

MOST_FRAME = 65_536
"""So large a frame do we take."""
IDLE_S = 10.0
"""A peer that says nothing for twice as long is gone; we ask it to speak once in it."""
WINDOW = 2_048
_PLAIN, _SASL = b"AMQP\x00\x01\x00\x00", b"AMQP\x03\x01\x00\x00"
_SOONEST_S = 0.1
_END_S = 1.0
_Frame: TypeAlias = tuple[Said, bytes]
_Expected = TypeVar("_Expected", Open, Begin, Attach)


class Ended(Exception):  # noqa: N818 - it is what a peer does
    """The peer ends something; `fault` says why, if it does."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__()
        self.fault = fault


class NotLetIn(Exception):  # noqa: N818 - likewise
    """Signing in was to no avail; `code` is SASL's, None: there is no way we have."""

    def __init__(self, code: int | None) -> None:
        super().__init__()
        self.code = code


class Wire:
    """One connection. `most` is how large a frame its peer takes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._said_at = self._loop.time()
        self._peer_idle_s = 0.0
        self._opened = False
        self.most = SMALLEST

    # --- beginning

    async def sign_in(self, host: str, login: Login | None, *, shown: bool) -> None:
        """Sign in by a name, else by the certificate that was shown, else as nobody.

        Raises:
            NotLetIn: that was to no avail.
            Garbled, OSError, EOFError: it is no AMQP 1.0, or hangs up.
        """
        await self._greet(_SASL)
        name, response = _mechanism(login, shown=shown)
        offered, _ = await self._next(SASL_FRAME)
        if not isinstance(offered, Mechanisms):
            raise Garbled("expected how to sign in")
        if name not in offered.names:
            raise NotLetIn(None)
        self.say(sasl_init(name, response, host), kind=SASL_FRAME)
        said, _ = await self._next(SASL_FRAME)
        match said:
            case SignedIn(code=0):
                return
            case SignedIn(code=code):
                raise NotLetIn(code)
            case Challenge():
                raise NotLetIn(None)
            case _:
                raise Garbled("expected what came of signing in")

    async def open(
        self, host: str, address: str, *, receiver: bool
    ) -> tuple[Begin, Attach]:
        """Open a connection, a session and a link.

        Raises:
            Ended: the peer ends it again, and says why.
            Garbled, OSError, EOFError: it is no AMQP 1.0, or hangs up.
        """
        await self._greet(_PLAIN)
        name = f"orderbus-{uuid4()}"
        self._opened = True
        self.say(open_(name, host, MOST_FRAME, int(IDLE_S * 1000)))
        opened = await self._expect(Open)
        self.most = max(SMALLEST, opened.max_frame_size)
        self._peer_idle_s = opened.idle_ms / 1000
        self.say(begin(WINDOW))
        begun = await self._expect(Begin)
        self.say(attach(name, address, receiver=receiver))
        attached = await self._expect(Attach)
        while not attached.terminus:
            await self.hear()  # a detach, which says why
        return begun, attached

    async def _greet(self, protocol: bytes) -> None:
        self._writer.write(protocol)
        if await self._reader.readexactly(len(protocol)) != protocol:
            raise Garbled("expected AMQP 1.0")

    async def _expect(self, kind: type[_Expected]) -> _Expected:
        """What is to be said next; flows may come before."""
        said: Said | None = None
        while said is None or isinstance(said, Flow):
            said, _ = await self.hear()
        if not isinstance(said, kind):
            raise Garbled(f"expected {kind.__name__}, not {type(said).__name__}")
        return said

    # --- frames

    async def hear(self) -> _Frame:
        """The next frame that says something.

        Raises:
            Ended: it ends the link, the session or the connection.
            Garbled, OSError, EOFError: it is no AMQP 1.0, or hangs up.
        """
        said, payload = await self._next(PLAIN_FRAME)
        if isinstance(said, Ending):
            raise Ended(said.fault)
        return said, payload

    async def _next(self, kind: int) -> _Frame:
        while True:
            head = await self._reader.readexactly(HEAD_BYTES)
            size, words, found = struct.unpack(">IBBxx", head)
            skipped = words * 4 - HEAD_BYTES
            if not HEAD_BYTES + skipped <= size <= MOST_FRAME or skipped < 0:
                raise Garbled("a frame of a size that cannot be")
            body = await self._reader.readexactly(size - HEAD_BYTES)
            self._heard_at = self._loop.time()
            if found != kind:
                raise Garbled("a frame of another kind than it is time for")
            if len(body) > skipped:
                return parse(body[skipped:])

    def say(self, body: bytes, payload: bytes = b"", kind: int = PLAIN_FRAME) -> None:
        """Write a frame."""
        self._writer.write(frame(body, payload, kind))
        self._said_at = self._loop.time()

    async def drain(self) -> None:
        """Wait until what was written is on its way. Raises OSError."""
        await self._writer.drain()

    # --- life and end

    async def beat(self) -> None:
        """Speak as often as the peer asks, for ever.

        Raises:
            TimeoutError: the peer has said nothing for too long.
        """
        often = min(IDLE_S, self._peer_idle_s or IDLE_S) / 2
        while True:
            await asyncio.sleep(max(often, _SOONEST_S))  # noqa: TID251 - real brokers know no Clock
            now = self._loop.time()
            if now - self._heard_at > 2 * IDLE_S:
                raise TimeoutError
            if self._peer_idle_s and now - self._said_at >= often * 0.9:
                self.say(b"")

    async def end(self) -> None:
        """Say goodbye, and hang up. Safe to repeat."""
        if self._writer.is_closing():
            return
        try:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_END_S):
                    if self._opened:
                        self.say(close())
                    self._writer.close()
                    await self._writer.wait_closed()
        finally:
            self._writer.transport.abort()


def _mechanism(login: Login | None, *, shown: bool) -> tuple[str, bytes]:
    """How we sign in, and with what."""
    if login is not None:
        return "PLAIN", f"\0{login.username}\0{login.password}".encode()
    return ("EXTERNAL", b"") if shown else ("ANONYMOUS", b"orderbus")
