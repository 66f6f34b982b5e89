"""Asks addresses that the operator named: in any network, read a little, never on."""

import asyncio
from collections.abc import Mapping

import aiohttp
from yarl import URL

from bus.watch.sinks import NotTakenError

_WITHIN_S = 10.0
_READ_BYTES = 4_096
_SHOWN = 120
_TEXTS = frozenset({"text/plain", "application/json"})
_REDIRECTS = range(300, 400)
_GOOD = range(200, 300)
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorCertificateError, "its certificate is not trusted"),
    (aiohttp.ClientConnectorDNSError, "its name is not found"),
    (aiohttp.ClientSSLError, "TLS failed"),
    (aiohttp.ClientConnectorError, "no connection"),
    (TimeoutError, f"no answer within {_WITHIN_S:.0f} s"),
    (aiohttp.ServerDisconnectedError, "it hung up"),
    (aiohttp.ClientError, "it does not speak HTTP as expected"),
    (OSError, "no connection"),
    (ValueError, "the address cannot be used"),
)
"""What went wrong, in words without the address, which may be a secret."""


class OperatedHttp:
    """Fulfils `processors.watch.sinks.Post`."""

    def __init__(self) -> None:
        self._opened: aiohttp.ClientSession | None = None

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> None:
        """Ask once; only 2xx is good.

        Raises:
            NotTakenError: it says why, never where.
        """
        try:
            async with asyncio.timeout(_WITHIN_S):
                status, text = await self._ask(method, url, headers, body)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotTakenError(_why(error)) from None
        if status in _REDIRECTS:
            raise NotTakenError(f"answered {status}; redirects are not followed")
        if status not in _GOOD:
            raise NotTakenError(f"answered {status}{text and f': {text}'}")

    async def close(self) -> None:
        """Close all connections."""
        if self._opened is not None:
            await self._opened.close()

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, str]:
        async with self._session().request(
            method,
            URL(url),
            data=body or None,
            headers=headers,
            allow_redirects=False,
        ) as response:
            start = await response.content.read(_READ_BYTES)
            is_text = body and response.content_type in _TEXTS
            text = start.decode(errors="replace").strip() if is_text else ""
            if not response.content.at_eof():
                response.close()  # hangs up, instead of reading on
            return response.status, text[:_SHOWN]

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "orderbus-watch"},
            )
        return self._opened


def _why(error: Exception) -> str:
    return next(why for kind, why in _REASONS if isinstance(error, kind))
