"""One HTTP/1.1 connection of the lean sender: a request out, an answer back.

What is an answer here and what is none, beside its grammar (`parser`):

- Informational answers are skipped; 101 is an answer, as nobody asked for it.
- An answer is complete by its length, by its last chunk, or, without either, by the
  end of the connection. An incomplete one is none.
- A body beyond `MOST_BODY` is cut, the status counts; likewise chunks and trailers
  that come to more than a head and a body may. A head beyond `MOST_HEAD`, and what is
  not HTTP, is none.

Sources: RFC 9110 section 15.2; RFC 9112 sections 6.3, 8, 9.3 and 9.6.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import TypeAlias, cast

import httptools
from typing_extensions import override

from bus.adapters.http.deadlines import Deadlines, Expiring
from bus.adapters.http.framing import LONG_HEAD, mended
from bus.adapters.http.looking import Look
from bus.adapters.http.parser import new_parser, words
from bus.adapters.http.pool import Pool
from bus.adapters.http.reply import (
    EXCERPT_BYTES,
    MOST_BODY,
    MOST_HEAD,
    answer,
    no_answer,
    why,
)
from bus.ports import NoAnswerKind, Reply

_MOST = MOST_HEAD + MOST_BODY
_FIRST, _SWITCHING, _FINAL = 100, 101, 200
_NOTED_INITIALS = frozenset((b"c", b"C", b"t", b"T", b"r", b"R"))

Result: TypeAlias = Reply | None
"""What an exchange came to; None: a kept connection was already gone, try again."""


class Connection(asyncio.Protocol):
    """A connection to one origin; one exchange at a time.

    Args:
        loop: The running event loop.
        pool: Where it belongs.
        deadlines: Who watches the time.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, pool: Pool, deadlines: Deadlines
    ) -> None:
        self.idle_since = 0.0
        self._loop = loop
        self._pool = pool
        self._deadlines = deadlines
        self._slot: set[Expiring] = set()
        self._transport: asyncio.Transport | None = None
        self._wire: asyncio.Transport | None = None
        self._look: Look | None = None
        self._early = b""
        self._parser: httptools.HttpResponseParser | None = None
        self._tell: Callable[[Result], object] | None = None
        self._used = False
        self._received = 0
        self._reply: Reply | None = None
        self._keep = False
        self._retry_after: bytes | None = None
        self._forget()

    @property
    def alive(self) -> bool:
        """Whether it can still be used, as far as one can know."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def disturbed(self) -> bool:
        """Whether something came since the last answer: it is no answer to a post."""
        return self._look is not None and self._look.disturbed()

    def exchange(
        self, request: bytes, deadline: float, tell: Callable[[Result], object]
    ) -> bool:
        """Send a request; `tell` is called once: with its answer, or at `deadline`.

        False: the connection is gone, and nothing was sent.
        """
        transport = self._transport
        if transport is None:
            return False
        self._tell = tell
        self._received = 0
        self._early = b""
        self._forget()
        self._slot = self._deadlines.add(self, deadline)
        transport.write(request)
        return True

    def abort(self) -> None:
        """Hang up at once; an exchange under way gets no answer."""
        self._settle(no_answer(NoAnswerKind.RESET, "hung up by the sender"))
        if self._transport is not None:
            self._transport.abort()

    def expire(self) -> None:
        """Time is up; see `bus.adapters.http.deadlines`."""
        self._fail(no_answer(NoAnswerKind.TIMEOUT))

    # --- from the event loop

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = self._wire = cast("asyncio.Transport", transport)
        self._pool.open.add(self)
        self._parser = new_parser(self)
        socket = transport.get_extra_info("socket")
        if socket is not None:
            self._look = Look(socket.fileno())

    def secured(self, transport: asyncio.Transport) -> None:
        """TLS is on: write to this from now on. What is sent still waits below it."""
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        parser = self._parser
        if parser is None or self._tell is None:
            self.abort()  # an answer to no question
            return
        if not self._received and (reply := self._pool.known.get(data)) is not None:
            self._received = len(data)
            self._keep = True
            self._finish(reply)
            return
        self._received += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._keep = False
        except httptools.HttpParserError as error:
            self._keep = False
            if self._reply is None and not self._mend(self._early + data, error):
                return
        if self._reply is None:
            self._await_more(data)
            return
        if self._keep and len(data) == self._received:
            self._pool.known.learn(data, self._reply)
        self._finish(self._reply)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = self._wire = self._look = None
        self._parser = None  # they know each other
        self._pool.open.discard(self)
        if self._headed and not self._framed and exc is None:
            self._settle(self._answer())
        elif self._used and not self._received:
            self._settle(None)
        elif isinstance(exc, ssl.SSLError):
            self._settle(no_answer(NoAnswerKind.TLS, why(exc)))
        else:
            self._settle(no_answer(NoAnswerKind.RESET, why(exc) if exc else ""))

    # --- from the parser

    def on_message_begin(self) -> None:
        """Begin an answer, perhaps after an informational one."""
        if self._reply is not None:
            self._keep = False  # one too many: it belongs to no question
        else:
            self._forget()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take note of the few headers that matter; trailers do not."""
        if b"\0" in value:
            raise ValueError(repr(b"\0"))  # fails the parser
        if self._headed or name[:1] not in _NOTED_INITIALS:
            return
        match name.rstrip().lower():
            case b"content-length":
                self._framed = True
            case b"transfer-encoding":
                # As llhttp has it: a tab behind the word makes another word of it.
                last = value.rpartition(b",")[2].lstrip(b" \t").rstrip(b" ")
                self._framed = last.lower() == b"chunked"
            case b"retry-after" if self._retry_after is None:
                self._retry_after = value

    def on_headers_complete(self) -> None:
        """Learn the status."""
        if self._parser is not None and self._reply is None:
            self._status = self._parser.get_status_code()
            self._headed = not self._informational

    def on_body(self, body: bytes) -> None:
        """Keep the start of the body."""
        if self._size < EXCERPT_BYTES:
            self._start += body[:EXCERPT_BYTES]
        self._size += len(body)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        if self._parser is None or self._reply is not None or self._informational:
            return
        self._keep = self._parser.should_keep_alive()
        self._reply = self._answer()

    # --- steps

    def _await_more(self, data: bytes) -> None:
        """Wait for the rest of an answer, unless it is longer than anybody needs."""
        if not self._headed:
            self._early += data
            if self._received > MOST_HEAD:
                self._fail(no_answer(NoAnswerKind.PROTOCOL, LONG_HEAD))
        elif self._size > MOST_BODY or self._received > _MOST:
            self._fail(self._answer())

    def _mend(self, seen: bytes, error: httptools.HttpParserError) -> bool:
        """Read an answer again whose head was refused; false if that does not help."""
        told = words(error)
        better = None if self._headed else mended(seen, told)
        if better == b"":
            return True  # once its head is whole
        if better is not None:
            self._parser = new_parser(self)
            try:
                self._parser.feed_data(better)
            except httptools.HttpParserUpgrade:
                return True
            except httptools.HttpParserError as again:
                told = words(again)
                if self._reply is not None:
                    return True
            else:
                return True
        self._fail(no_answer(NoAnswerKind.PROTOCOL, told))
        return False

    def _forget(self) -> None:
        """Know nothing of an answer, neither the last one nor an informational one."""
        self._status = 0
        self._headed = False
        self._framed = False
        self._retry_after = None
        self._size = 0
        self._start = b""

    @property
    def _informational(self) -> bool:
        return _FIRST <= self._status < _FINAL and self._status != _SWITCHING

    def _answer(self) -> Reply:
        return answer(self._status, self._retry_after, self._start)

    def _finish(self, reply: Reply) -> None:
        """Settle, and wait for the next exchange if both sides can."""
        transport, wire = self._transport, self._wire
        if transport is None or wire is None:
            pass
        elif transport.get_write_buffer_size() or wire.get_write_buffer_size():
            transport.abort()  # it does not read, and may never
        elif self._keep:
            self._used = True
            self.idle_since = self._loop.time()
            self._pool.idle.append(self)
        else:
            transport.close()
        self._settle(reply)

    def _fail(self, reply: Reply) -> None:
        """Settle and hang up: more may come, but nobody wants it."""
        self._settle(reply)
        self.abort()

    def _settle(self, result: Result) -> None:
        self._reply = None
        self._slot.discard(self)
        tell, self._tell = self._tell, None
        try:
            if tell is not None:
                tell(result)
        except Exception as error:  # noqa: BLE001 - a bug of who is told is no connection's
            self._loop.call_exception_handler(
                {"message": "whom a reply was told failed", "exception": error}
            )
