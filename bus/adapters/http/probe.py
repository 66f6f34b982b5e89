"""Looks at an endpoint step by step; see `bus.probing`.

Each step asks the guard again and connects to the very address it was given, so that
a probe reaches nothing that a delivery could not.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from bus.adapters.http.answering import converse
from bus.adapters.http.certificates import shown
from bus.adapters.http.guard import ForbiddenAddressError, Guard, told
from bus.adapters.http.names import Names, UnresolvableError
from bus.adapters.http.reply import no_answer, refused_header, unsent, user_agent, why
from bus.adapters.http.requesting import request_start
from bus.adapters.http.tls import BadTlsError, Contexts
from bus.delivery.endpoint import SCHEMES, Kind, kind_of
from bus.delivery.subscription import Tls
from bus.ports import NoAnswer, NoAnswerKind, Post
from bus.probing import Address, Connected, Exchanged, LookedUp, Secured

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class EndpointProbe:
    """Fulfils `bus.probing.Prober` and `Asker`; keeps no connection.

    Args:
        guard: Where deliveries may go.
        names: Resolves host names; not closed here if given.
    """

    def __init__(self, guard: Guard, names: Names | None = None) -> None:
        self._guard = guard
        self._names = Names(ttl_s=0) if names is None else names
        self._owns_names = names is None
        self._contexts = Contexts()
        self._others = Contexts(())  # what speaks something else than HTTP

    async def look_up(self, url: str, within_s: float) -> LookedUp:
        """See `Prober`."""
        if (refused := self._guard.check_endpoint(url)) is not None:
            return LookedUp(refused=refused)
        parts = urlsplit(url)
        host, plain = parts.hostname or "", SCHEMES[parts.scheme].plain
        now = asyncio.get_running_loop().time
        began = now()
        failure: NoAnswer | None = None
        found: list[str] = []
        try:
            async with asyncio.timeout(within_s):
                found = await self._names.resolve(host)
        except UnresolvableError as error:
            failure = no_answer(NoAnswerKind.DNS, str(error))
        except TimeoutError:
            failure = no_answer(NoAnswerKind.TIMEOUT)
        judged = [
            Address(one, self._guard.check_address(one, plain=plain) or "")
            for one in found
        ]
        return LookedUp(
            host=host, addresses=judged, took_s=now() - began, failure=failure
        )

    async def connect(self, url: str, address: str, within_s: float) -> Connected:
        """See `Prober`."""
        now = asyncio.get_running_loop().time
        began = now()
        failure: NoAnswer | None = None
        try:
            async with asyncio.timeout(within_s):
                (await self._socket(urlsplit(url), address)).close()
        except (OSError, ForbiddenAddressError) as error:
            failure = _failure(error, NoAnswerKind.CONNECT)
        return Connected(address=address, took_s=now() - began, failure=failure)

    async def secure(
        self, url: str, address: str, tls: Tls, within_s: float
    ) -> Secured:
        """See `Prober`."""
        try:
            context = self._of(url).of(tls)
        except BadTlsError as error:
            failure = no_answer(NoAnswerKind.TLS, str(error))
            return Secured(failure=failure, unusable=True)
        seen = await self._handshake(url, address, context, within_s)
        if not seen.why_untrusted:
            return seen
        # Whom we do not trust gets nothing but a second look.
        look = await self._handshake(url, address, _trusting_all(), within_s)
        return replace(seen, version=look.version, chain=look.chain)

    async def exchange(
        self, post: Post, address: str, times: int
    ) -> Sequence[Exchanged]:
        """See `Prober`."""
        return await self._converse(post, address, times, "POST")

    async def _converse(
        self, post: Post, address: str, times: int, method: str
    ) -> Sequence[Exchanged]:
        if (refused := refused_header(post.headers)) is not None:
            return [Exchanged(failure=unsent(refused))]
        parts = urlsplit(post.url)
        seen: list[Exchanged] = []
        try:
            context = self._context(parts, post.tls)
            async with self._streams(parts, address, context, post.timeout_s) as opened:
                request = _request(parts, post, method)
                for _ in range(times):
                    seen.append(await converse(*opened, request, post.timeout_s))
                    if not seen[-1].kept:
                        break
        except (OSError, ForbiddenAddressError, BadTlsError) as error:
            seen.append(Exchanged(failure=_failure(error, NoAnswerKind.CONNECT)))
        return seen

    async def opened(self, url: str, within_s: float) -> bool:
        """See `Asker`."""
        seen = await self.look_up(url, within_s)
        return bool(seen.addresses) and all(
            self._guard.opened(one.address) for one in seen.addresses
        )

    async def options(self, post: Post) -> Exchanged:
        """See `Asker`."""
        seen = await self.look_up(post.url, post.timeout_s)
        if seen.refused:
            return Exchanged(failure=no_answer(NoAnswerKind.FORBIDDEN, seen.refused))
        if not seen.admitted:
            why = next((told(one.refused) for one in seen.addresses), "")
            kind = NoAnswerKind.FORBIDDEN if seen.addresses else NoAnswerKind.DNS
            return Exchanged(failure=seen.failure or no_answer(kind, why))
        (one,) = await self._converse(post, seen.admitted[0], 1, "OPTIONS")
        return one

    async def close(self) -> None:
        """Forget what names stand for."""
        if self._owns_names:
            await self._names.close()

    async def _handshake(
        self, url: str, address: str, context: ssl.SSLContext, within_s: float
    ) -> Secured:
        now = asyncio.get_running_loop().time
        began = now()
        try:
            async with self._streams(
                urlsplit(url), address, context, within_s
            ) as opened:
                seen = opened[1].get_extra_info("ssl_object")
                return Secured(
                    version=str(seen.version() or ""),
                    cipher=str((seen.cipher() or ("",))[0]),
                    chain=shown(seen),
                    took_s=now() - began,
                )
        except (OSError, ForbiddenAddressError) as error:
            return Secured(
                took_s=now() - began,
                failure=_failure(error, NoAnswerKind.TLS),
                why_untrusted=int(getattr(error, "verify_code", 0) or 0),
            )

    def _of(self, url: str) -> Contexts:
        return self._contexts if kind_of(url) is Kind.HTTP else self._others

    def _context(self, parts: SplitResult, tls: Tls | None) -> ssl.SSLContext | None:
        return self._contexts.of(tls) if parts.scheme == "https" else None

    @asynccontextmanager
    async def _streams(
        self,
        parts: SplitResult,
        address: str,
        context: ssl.SSLContext | None,
        within_s: float,
    ) -> AsyncIterator[_Streams]:
        async with asyncio.timeout(within_s):
            connected = await self._socket(parts, address)
            try:
                reader, writer = await asyncio.open_connection(sock=connected)
                if context is not None and kind_of(parts.geturl()) is Kind.NATS:
                    with suppress(ValueError):  # longer than any introduction is
                        await reader.readline()  # it introduces itself before TLS
            except BaseException:
                connected.close()
                raise
        wire = writer.transport
        try:
            if context is not None:
                async with asyncio.timeout(within_s):
                    # Certificates are made out to names without the root's dot.
                    name = (parts.hostname or "").rstrip(".")
                    await writer.start_tls(context, server_hostname=name)
            yield reader, writer
        finally:
            # What is below TLS, which would wait for the other side's goodbye.
            wire.abort()

    async def _socket(self, parts: SplitResult, address: str) -> socket.socket:
        scheme = SCHEMES.get(parts.scheme)
        refused = self._guard.check_endpoint(parts.geturl())
        if refused is not None or scheme is None:
            raise ForbiddenAddressError(refused or "no endpoint")
        self._guard.admit([address], plain=scheme.plain, scheme=parts.scheme)
        where = (address, parts.port or scheme.port)
        six = isinstance(ip_address(address), IPv6Address)
        made = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
        try:
            made.settimeout(0)
            await asyncio.get_running_loop().sock_connect(made, where)
        except BaseException:
            made.close()
            raise
        return made


def _request(parts: SplitResult, post: Post, method: str) -> bytes:
    lines = "".join([f"{name}: {value}\r\n" for name, value in post.headers])
    named = "user-agent" in [name.lower() for name, _ in post.headers]
    agent = "" if named else f"user-agent: {user_agent()}\r\n"
    length = f"content-length: {len(post.body)}\r\n\r\n"
    return f"{request_start(parts, method)}{agent}{lines}{length}".encode() + post.body


def _trusting_all() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _failure(error: BaseException, otherwise: NoAnswerKind) -> NoAnswer:
    match error:
        case ForbiddenAddressError():
            return no_answer(NoAnswerKind.FORBIDDEN, str(error))
        case BadTlsError():
            return no_answer(NoAnswerKind.TLS, str(error))
        case TimeoutError(errno=None):
            return no_answer(NoAnswerKind.TIMEOUT)
        case ssl.SSLError():
            return no_answer(NoAnswerKind.TLS, why(error))
        case _:
            return no_answer(otherwise, why(error))
