"""The sender on aiohttp's client: well tried, at more CPU a post than the lean one."""

import asyncio
import io
import math
import ssl
from dataclasses import dataclass

import aiohttp
from aiohttp import ClientTimeout
from yarl import URL

from bus.adapters.http.aiohttp_connection import TRY, Connector, Try
from bus.adapters.http.failures import fault_in, kind_of
from bus.adapters.http.guard import ForbiddenAddressError, Guard
from bus.adapters.http.guarded import GuardedResolver
from bus.adapters.http.names import Names, UnresolvableError
from bus.adapters.http.reply import (
    MOST_BODY,
    answer,
    no_answer,
    refused_header,
    unsent,
    user_agent,
    why,
)
from bus.adapters.http.tls import BadTlsError, Contexts
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind, Post, Reply

_MOST_TARGETS = 20_000
_LONGEST_LINE = 32_768
_MOST_HEADERS = 256
_LARGE = 2**16
_UNSENT = ("Accept", "Accept-Encoding", "Content-Type")


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL, judged and parsed once."""

    url: URL
    tls: Tls | None
    context: ssl.SSLContext | bool


class AiohttpSender:
    """Posts webhooks with aiohttp: one session a process, no limit of connections.

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
        self._names = names
        self._idle_s = idle_s
        self._agent = user_agent()
        self._contexts = Contexts()
        self._targets: dict[str, _Target] = {}
        self._opened: aiohttp.ClientSession | None = None

    async def send(self, post: Post) -> Reply:
        """Post; see `bus.ports.Sender`."""
        refusal = refused_header(post.headers)
        if refusal is not None:
            return unsent(refusal)
        try:
            return await self._post(post, self._target(post))
        except BadTlsError as error:
            return no_answer(NoAnswerKind.TLS, str(error))
        except ForbiddenAddressError as error:
            return no_answer(NoAnswerKind.FORBIDDEN, str(error))
        except UnresolvableError as error:
            return no_answer(NoAnswerKind.DNS, str(error))
        except (aiohttp.ClientError, OSError) as error:
            return no_answer(kind_of(error), fault_in(error) or why(error))

    async def close(self) -> None:
        """Close all connections."""
        session, self._opened = self._opened, None
        if session is not None:
            await session.close()

    async def _post(self, post: Post, target: _Target) -> Reply:
        now = asyncio.get_running_loop().time
        started = now()
        first = Try(plain=target.url.scheme == "http")
        try:
            return await self._try(post, target, first, post.timeout_s)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            if not first.unanswered:
                raise
        # The endpoint hung up on a kept connection, most likely before the post came.
        left = post.timeout_s - (now() - started)
        return await self._try(post, target, Try(first.plain), max(left, 0.001))

    async def _try(
        self, post: Post, target: _Target, this: Try, timeout_s: float
    ) -> Reply:
        TRY.set(this)
        response = await self._session().post(
            target.url,
            # A file is written in parts: how much of it was not read shows, under
            # TLS too.
            data=post.body if len(post.body) < _LARGE else io.BytesIO(post.body),
            headers=post.headers,
            ssl=target.context,
            allow_redirects=False,
            timeout=ClientTimeout(total=timeout_s, ceil_threshold=math.inf),
        )
        try:
            start = await _read_start(response.content)
            after = response.headers.get("Retry-After")
            raw = None if after is None else after.encode("utf-8", "surrogateescape")
            return answer(response.status, raw, start)
        finally:
            # Hangs up unless the answer was read to its end.
            response.close()

    def _target(self, post: Post) -> _Target:
        target = self._targets.get(post.url)
        if target is not None and target.tls is post.tls:
            return target
        refusal = self._guard.check_url(post.url)
        if refusal is not None:
            raise ForbiddenAddressError(refusal)
        url = URL(post.url, encoded=True)
        context = self._contexts.of(post.tls) if url.scheme == "https" else True
        target = _Target(url, post.tls, context)
        if len(self._targets) >= _MOST_TARGETS:
            self._targets.pop(next(iter(self._targets)))
        self._targets[post.url] = target
        return target

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            names = Names() if self._names is None else self._names
            self._opened = aiohttp.ClientSession(
                connector=Connector(GuardedResolver(self._guard, names), self._idle_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"User-Agent": self._agent},
                skip_auto_headers=_UNSENT,
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
                max_headers=_MOST_HEADERS,
            )
        return self._opened


async def _read_start(content: aiohttp.StreamReader) -> bytes:
    """Read a body to its end, or until it is longer than we care for."""
    start = bytearray()
    while len(start) <= MOST_BODY:
        chunk = await content.readany()
        if not chunk:
            break
        start += chunk
    return bytes(start)
