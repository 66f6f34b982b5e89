"""Asks with aiohttp, guarded as posts are: a body is read whole or not."""

import asyncio
import io
import math
import ssl
from collections.abc import Mapping

import aiohttp
from aiohttp import ClientTimeout
from yarl import URL

from bus.adapters.http.aiohttp_connection import TRY, Connector, Try
from bus.adapters.http.failures import fault_in, kind_of
from bus.adapters.http.guard import ForbiddenAddressError, Guard
from bus.adapters.http.guarded import GuardedResolver
from bus.adapters.http.names import Names, UnresolvableError
from bus.adapters.http.reply import no_answer, refused_header, unsent, user_agent, why
from bus.adapters.http.tls import BadTlsError, Contexts
from bus.sending import Ask, Got, NoAnswer, NoAnswerKind

_LONGEST_LINE = 32_768
_MOST_HEADERS = 256
_IDLE_S = 15.0
_LARGE = 2**16


class HttpAsker:
    """Fulfils `bus.ports.Asker`; limits belong to the caller, who knows whose they are.

    Args:
        guard: Where it may be asked.
        names: Resolves host names; not closed here if given.
    """

    def __init__(self, guard: Guard, names: Names | None = None) -> None:
        self._guard = guard
        self._names = names
        self._contexts = Contexts()
        self._opened: aiohttp.ClientSession | None = None

    async def ask(self, ask: Ask) -> Got | NoAnswer:
        """See `bus.ports.Asker`."""
        if (refusal := refused_header(ask.headers)) is not None:
            return unsent(refusal)
        try:
            return await self._ask(ask)
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

    async def _ask(self, ask: Ask) -> Got:
        if (refusal := self._guard.check_url(ask.url)) is not None:
            raise ForbiddenAddressError(refusal)
        plain = URL(ask.url, encoded=True).scheme == "http"
        context = True if plain else self._contexts.of(ask.tls)
        now = asyncio.get_running_loop().time
        deadline, first, session = now() + ask.timeout_s, Try(plain), self._session()
        try:
            return await _try(session, ask, context, first, ask.timeout_s)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            if not first.unanswered or session.closed:
                raise
        # The server hung up on a kept connection, most likely before it was asked.
        left_s = max(deadline - now(), 0.001)
        return await _try(session, ask, context, Try(plain), left_s)

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            names = Names() if self._names is None else self._names
            self._opened = aiohttp.ClientSession(
                connector=Connector(GuardedResolver(self._guard, names), _IDLE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": user_agent()},
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
                max_headers=_MOST_HEADERS,
            )
        return self._opened


async def _try(
    session: aiohttp.ClientSession,
    ask: Ask,
    context: ssl.SSLContext | bool,  # noqa: FBT001 - as aiohttp has it
    this: Try,
    timeout_s: float,
) -> Got:
    TRY.set(this)
    response = await session.request(
        ask.method,
        URL(ask.url, encoded=True),
        # A large body is sent in pieces, between which others have their turn.
        data=io.BytesIO(ask.body) if len(ask.body) >= _LARGE else ask.body or None,
        headers=ask.headers,
        ssl=context,
        allow_redirects=False,
        timeout=ClientTimeout(total=timeout_s, ceil_threshold=math.inf),
    )
    try:
        body = await _read(response.content, ask.most_bytes)
        headers = _plain(response.headers)
        return Got(response.status, headers, body or b"", cut=body is None)
    finally:
        response.close()


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    """The first value of each header, by name in small letters."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        found.setdefault(name.lower(), value)
    return found


async def _read(content: aiohttp.StreamReader, most: int) -> bytes | None:
    """Read a body to its end; None if it is longer than `most`."""
    body = bytearray()
    while chunk := await content.readany():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
