"""nats-py's client, held to one connection: to addresses that were admitted, with TLS.

By itself it reconnects, to whatever servers a cluster tells it of, and speaks without
TLS if a server says that it wants none. Neither is for endpoints that others name.
"""

import asyncio
import base64
import binascii
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import ParseResult, urlparse

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client, Srv
from nats.aio.transport import TcpTransport
from nats.errors import (
    InvalidUserCredentialsError,
    ProtocolError,
    SecureConnRequiredError,
)
from nats.protocol.parser import Parser
from typing_extensions import override

from bus.adapters.meters import Meter, MeteredReader
from bus.adapters.nats.errors import Strange
from bus.adapters.ways import Way
from bus.delivery.subscription import Login, one_line

_SEED_BYTES = slice(2, 34)
"""Where an nkey's seed has its key: two bytes of prefix before it, two of CRC after."""


class GuardedClient(Client):
    """Connects once, to the addresses of a way and to no other."""

    def __init__(self, way: Way, login: Login | None, meter: Meter | None) -> None:
        super().__init__()
        self._meter = meter
        self._way = way
        self._ps = self._parser = _Parser(self)
        if login is not None and login.mechanism == "nkey":
            self._public_nkey = login.username

    @override
    async def _select_next_server(self) -> None:
        transport = _Admitted(self._way, self._meter)
        self._transport = transport
        where = "tls" if self._way.context else "nats"
        self._current_server = Srv(urlparse(f"{where}://{self._way.addresses[0]}"))
        await transport.connect(self._current_server.uri, _BUFFER_BYTES, 0)

    @override
    async def _process_info(
        self, info: dict[str, object], initial_connection: bool = False
    ) -> None:
        _check(info)
        info.pop("connect_urls", None)  # servers that nobody has judged
        if initial_connection and self._way.context is not None:
            info["tls_required"] = True  # whatever it says, before it has our password
        elif info.get("tls_required") is True and self._way.context is None:
            raise SecureConnRequiredError
        await super()._process_info(info, initial_connection)

    @override
    async def _process_op_err(self, e: Exception) -> None:
        strange = self._parser.strange
        await super()._process_op_err(e if strange is None else strange)


class _Parser(Parser):
    """The library's, whose reading ends without a word where anything else is raised.

    `strange` is what it met, if that was nothing that a server says.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.strange: Strange | None = None

    @override
    async def parse(self, data: bytes = b"") -> None:
        try:
            await super().parse(data)
        except (OSError, ProtocolError) as error:
            self.strange = error if isinstance(error, Strange) else None
            raise
        except Exception:  # noqa: BLE001 - whatever a stranger makes a library say
            self.strange = Strange("a line that cannot be read")
            raise self.strange from None


_BUFFER_BYTES = 32_768
_MOST_PAYLOAD = 2**31
_SHOWN = 40


def _check(info: object) -> None:
    """Raises Strange: it is no introduction of a server's."""
    if not isinstance(info, dict):
        raise Strange("INFO is no JSON object")
    most = info.get("max_payload", 1)
    if type(most) is not int or not 0 < most < _MOST_PAYLOAD:
        shown = one_line(repr(most))[:_SHOWN]
        raise Strange(f"INFO has max_payload {shown}, expected a number of bytes")


class _Admitted(TcpTransport):
    """Connects to the addresses that were judged, one after the other."""

    def __init__(self, way: Way, meter: Meter | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._way = way
        self._meter = meter

    @override
    async def connect(
        self, uri: ParseResult, buffer_size: int, connect_timeout: int
    ) -> None:
        del uri, connect_timeout
        opened = await replace(self._way, context=None).dial(self._meter)
        self._bare_io_reader, self._bare_io_writer = opened
        self._io_reader, self._io_writer = opened

    @override
    async def connect_tls(
        self,
        uri: str | ParseResult,
        ssl_context: ssl.SSLContext,
        buffer_size: int,
        connect_timeout: int,
    ) -> None:
        if self._meter is None or self._io_writer is None:
            await super().connect_tls(uri, ssl_context, buffer_size, connect_timeout)
            return
        loop = asyncio.get_running_loop()
        reader = MeteredReader(self._meter)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        async with asyncio.timeout(connect_timeout):
            transport = await loop.start_tls(
                self._io_writer.transport,
                protocol,
                ssl_context,
                server_hostname=self._way.host,
            )
        if transport is None:
            raise ConnectionResetError
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        self._io_reader, self._io_writer = reader, writer


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What the client is told of how to sign in."""

    user: str | None = None
    password: str | None = None
    token: str | None = None
    sign: Callable[[str], bytes] | None = None


def credentials(login: Login | None) -> Credentials:
    """How a login is told to the client.

    Raises:
        InvalidUserCredentialsError: an nkey's seed is none.
    """
    if login is None:
        return Credentials()
    match login.mechanism:
        case "token":
            return Credentials(token=login.password)
        case "nkey":
            key = _key(login.password)
            return Credentials(sign=lambda nonce: _signed(key, nonce))
        case _:
            return Credentials(login.username, login.password)


def _key(seed: str) -> Ed25519PrivateKey:
    text = seed.strip()
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
        return Ed25519PrivateKey.from_private_bytes(raw[_SEED_BYTES])
    except (ValueError, binascii.Error):
        raise InvalidUserCredentialsError from None


def _signed(key: Ed25519PrivateKey, nonce: str) -> bytes:
    return base64.b64encode(key.sign(nonce.encode()))
