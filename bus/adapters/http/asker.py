"""Gets documents with aiohttp, guarded as posts are: a body is read whole or not."""

import math
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
from bus.adapters.http.tls import Contexts
from bus.sending import Ask, Got, NoAnswer, NoAnswerKind

_LONGEST_LINE = 32_768
_MOST_HEADERS = 256
_IDLE_S = 15.0


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
        """Get; see `bus.ports.Asker`."""
        if (refusal := refused_header(ask.headers)) is not None:
            return unsent(refusal)
        try:
            return await self._get(ask)
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

    async def _get(self, ask: Ask) -> Got:
        if (refusal := self._guard.check_url(ask.url)) is not None:
            raise ForbiddenAddressError(refusal)
        url = URL(ask.url, encoded=True)
        TRY.set(Try(plain=url.scheme == "http"))
        context = self._contexts.of(None) if url.scheme == "https" else True
        response = await self._session().get(
            url,
            headers=ask.headers,
            ssl=context,
            allow_redirects=False,
            timeout=ClientTimeout(total=ask.timeout_s, ceil_threshold=math.inf),
        )
        try:
            body = await _read(response.content, ask.most_bytes)
            headers = _plain(response.headers)
            return Got(response.status, headers, body or b"", cut=body is None)
        finally:
            response.close()

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
