"""The sender for many posts: `asyncio.Protocol` and httptools, little else.

It posts several times as much as aiohttp's client on the same core, as it does
nothing that a webhook has no use for: no redirects, cookies, decompression, or
streaming. Connections are kept and reused last in, first out.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from urllib.parse import urlsplit

from bus.adapters.http.deadlines import Deadlines
from bus.adapters.http.exchange import Connection, Result
from bus.adapters.http.guard import ForbiddenAddressError, Guard
from bus.adapters.http.names import Names, UnresolvableError
from bus.adapters.http.origin import Origin
from bus.adapters.http.reply import no_answer, refused_header, unsent, user_agent, why
from bus.adapters.http.requesting import PORTS, request_start
from bus.adapters.http.tls import BadTlsError, Contexts
from bus.ports import NoAnswer, NoAnswerKind, Post, Reply
from bus.sending import Head

_MOST_TARGETS = 20_000

_OriginKey: TypeAlias = tuple[str, int, ssl.SSLContext | None]


@dataclass(slots=True)
class _Target:
    """Where posts go, judged and parsed once, and what their requests begin with.

    `start` is the first lines and the head's headers, of which there are `count`.
    """

    start: str
    count: int
    origin: Origin


class LeanSender:
    """Posts webhooks over kept HTTP/1.1 connections, no limit of connections.

    Limits belong to the caller, who knows whose they are.

    Args:
        guard: Where posts may go.
        names: Resolves host names; not closed here if given.
        idle_s: How long an unused connection is kept.
    """

    def __init__(
        self, guard: Guard, names: Names | None = None, *, idle_s: float = 15
    ) -> None:
        self._guard = guard
        self._names = Names() if names is None else names
        self._owns_names = names is None
        self._idle_s = idle_s
        self._agent = f"user-agent: {user_agent()}\r\n"
        self._contexts = Contexts()
        self._targets: dict[Head, _Target] = {}
        self._origins: dict[_OriginKey, Origin] = {}
        self._deadlines: Deadlines | None = None
        self._sweep: asyncio.TimerHandle | None = None

    async def send(self, post: Post) -> Reply:
        """Post; see `bus.ports.Sender`."""
        target = self._targets.get(post.head) if post.head else None
        if target is None:
            made = self._make_target(post)
            if isinstance(made, NoAnswer):
                return made
            target = made
        own = post.headers[target.count :]
        refusal = refused_header(own)
        if refusal is not None:
            return unsent(refusal)
        deadlines = self._deadlines or self._start()
        deadline = asyncio.get_running_loop().time() + post.timeout_s
        request = _request(target, own, post.body)
        connection = target.origin.take()
        if connection is not None:
            reply = await _exchanged(connection, request, deadline)
            if reply is not None:
                return reply
            # The endpoint hung up on a kept connection, most likely before the post
            # came.
        return await self._post_afresh(target.origin, deadlines, request, deadline)

    def start(self, post: Post, heard: Callable[[Reply | None], object]) -> bool:
        """Post on a kept connection; see `bus.sending.StraightSender`."""
        target = self._targets.get(post.head) if post.head else None
        if target is None:
            return False
        own = post.headers[target.count :]
        if refused_header(own) is not None:
            return False
        connection = target.origin.take()
        if connection is None:
            return False
        deadline = asyncio.get_running_loop().time() + post.timeout_s
        return connection.exchange(_request(target, own, post.body), deadline, heard)

    async def close(self) -> None:
        """Close all connections."""
        for origin in self._origins.values():
            origin.close()
        self._origins.clear()
        self._targets.clear()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        if self._deadlines is not None:
            self._deadlines.close()
            self._deadlines = None
        if self._owns_names:
            await self._names.close()

    async def _post_afresh(
        self, origin: Origin, deadlines: Deadlines, request: bytes, deadline: float
    ) -> Reply:
        try:
            async with asyncio.timeout_at(deadline):
                connection = await origin.connect(self._guard, self._names, deadlines)
        except ForbiddenAddressError as error:
            return no_answer(NoAnswerKind.FORBIDDEN, str(error))
        except UnresolvableError as error:
            return no_answer(NoAnswerKind.DNS, str(error))
        except (OSError, RuntimeError) as error:
            return no_answer(_kind_of(error), why(error))
        reply = await _exchanged(connection, request, deadline)
        return no_answer(NoAnswerKind.RESET) if reply is None else reply

    def _make_target(self, post: Post) -> _Target | NoAnswer:
        headers = post.head.headers if post.head else ()
        if (refusal := refused_header(headers)) is not None:
            return unsent(refusal)
        if (refusal := self._guard.check_url(post.url)) is not None:
            return no_answer(NoAnswerKind.FORBIDDEN, refusal)
        parts = urlsplit(post.url)
        try:
            context = self._contexts.of(post.tls) if parts.scheme == "https" else None
        except BadTlsError as error:
            return no_answer(NoAnswerKind.TLS, str(error))
        port = parts.port or PORTS[parts.scheme]
        host = parts.hostname or ""
        agent = "" if _names_agent(headers or post.headers) else self._agent
        start = f"{request_start(parts)}{agent}{_lines(headers)}"
        target = _Target(start, len(headers), self._origin(host, port, context))
        if post.head is not None:
            if len(self._targets) >= _MOST_TARGETS:
                self._targets.pop(next(iter(self._targets)))
            self._targets[post.head] = target
        return target

    def _origin(self, host: str, port: int, context: ssl.SSLContext | None) -> Origin:
        key = (host, port, context)
        origin = self._origins.get(key)
        if origin is None:
            origin = self._origins[key] = Origin(host, port, context)
        return origin

    def _start(self) -> Deadlines:
        self._deadlines = Deadlines()
        self._sweep_idle()
        return self._deadlines

    def _sweep_idle(self) -> None:
        loop = asyncio.get_running_loop()
        for origin in self._origins.values():
            origin.close_idle(loop.time() - self._idle_s)
        self._sweep = loop.call_later(self._idle_s / 4, self._sweep_idle)


async def _exchanged(connection: Connection, request: bytes, deadline: float) -> Result:
    waiter: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
    if not connection.exchange(request, deadline, partial(_resolve, waiter)):
        return None
    try:
        return await waiter
    except asyncio.CancelledError:
        connection.abort()
        raise


def _resolve(waiter: asyncio.Future[Result], result: Result) -> None:
    if not waiter.done():
        waiter.set_result(result)


def _request(target: _Target, own: Sequence[tuple[str, str]], body: bytes) -> bytes:
    length = f"content-length: {len(body)}\r\n\r\n"
    return f"{target.start}{_lines(own)}{length}".encode() + body


def _lines(headers: Sequence[tuple[str, str]]) -> str:
    return "".join([f"{name}: {value}\r\n" for name, value in headers])


def _names_agent(headers: Sequence[tuple[str, str]]) -> bool:
    return "user-agent" in [name.lower() for name, _ in headers]


def _kind_of(error: BaseException) -> NoAnswerKind:
    """What an error while connecting means. What comes later, `exchange` tells."""
    match error:
        case TimeoutError(errno=None):
            return NoAnswerKind.TIMEOUT
        case ssl.SSLError() | ConnectionResetError() | ConnectionAbortedError():
            # The last two: connected, but hung up on while TLS was negotiated.
            return NoAnswerKind.TLS
        case _:
            return NoAnswerKind.CONNECT
