"""TLS in front of a plain server, which asks who connects for a certificate."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trustme

from tests.support.relay import stranger


@dataclass
class Terminator:
    """Where it listens, and whose certificates it was shown."""

    port: int = 0
    shown: list[str] = field(default_factory=list)
    seen: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody was let in."""


def asking(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """A server's context that wants a certificate of the authority's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@asynccontextmanager
async def terminating(port: int, context: ssl.SSLContext) -> AsyncIterator[Terminator]:
    """Listen with TLS, and pass on to a port; to 0 nothing is passed on."""
    made = Terminator()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        certificate = writer.get_extra_info("peercert") or {}
        made.shown += [name for _, name in certificate.get("subjectAltName", ())]
        made.seen.set()
        if port:
            back, forth = await asyncio.open_connection("127.0.0.1", port)
            pumps = (_pump(reader, forth), _pump(back, writer))
            await asyncio.gather(*pumps, return_exceptions=True)
        writer.close()

    async with stranger(take, context) as made.port:
        yield made


async def _pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    try:
        while content := await source.read(65_536):
            to.write(content)
            await to.drain()
    finally:
        to.close()
