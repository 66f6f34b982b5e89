"""The laws of where a sink connects to, and whom it trusts there."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bus.delivery.delivery import Accepted, said_of
from bus.laws.strangers import listening, soon
from bus.laws.world import World, expect, not_reached, parcel
from bus.sending import NoAnswer, NoAnswerKind

_HERE = "127.0.0.1"
_NAME = "partner.invalid"
_WHY = "not one of ours"
_READ = 65_536
_AGAIN_S = 0.05


class _Told:
    """`bus.sending.Places` that say one thing of all names."""

    def __init__(self, found: Sequence[str] | NoAnswer) -> None:
        self.asked: list[tuple[str, int]] = []
        self._found = found

    async def admitted(
        self, host: str, port: int, *, plain: bool
    ) -> Sequence[str] | NoAnswer:
        """See `Places`."""
        del plain
        self.asked.append((host, port))
        return self._found

    async def close(self) -> None:
        """See `Places`."""


async def goes_only_where_it_may(world: World) -> None:
    """Where its places admit nothing it does not connect, and says why."""
    places = _Told(NoAnswer(NoAnswerKind.FORBIDDEN, _WHY))
    if (sink := world.made(places)) is None:
        return
    outcome = await soon(sink.send(parcel(world.url, timeout_s=5)))
    await sink.close()
    not_reached(outcome)
    expect(_WHY in said_of(outcome), f"{_WHY!r} in {said_of(outcome)!r}")
    expect(not await world.received(), "nothing to arrive")


async def looks_up_no_name(world: World) -> None:
    """It connects to the addresses that it is given, whatever the name is."""
    places = _Told([_HERE])
    if (sink := world.made(places)) is None:
        return
    port = urlsplit(world.url).port
    outcome = await soon(sink.send(parcel(_at(world.url, _NAME, port))))
    await sink.close()
    expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")
    expect((_NAME, port) in places.asked, f"{_NAME} to be asked for")


async def trusts_no_stranger(world: World) -> None:
    """A certificate of nobody's is hung up on, before anything is told."""
    if not world.secure:
        return
    told = bytearray()

    async def read(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while some := await reader.read(_READ):
            told.extend(some)

    port = urlsplit(world.secure).port
    async with listening(port, read, await asyncio.to_thread(_nobodys)):
        not_reached(await soon(world.sink.send(parcel(world.secure, timeout_s=5))))
    expect(not told, f"nothing to be said to it, not {bytes(told[:40])!r}")


async def is_reached_again(world: World) -> None:
    """A server that went and came back is delivered to, by the same sink."""
    port = urlsplit(world.nobody).port
    url = _at(world.url, _HERE, port)
    async with _passing(world, port):
        outcome = await soon(world.sink.send(parcel(url)))
        expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")
    not_reached(await soon(world.sink.send(parcel(url, number=2, timeout_s=2))))
    async with _passing(world, port):
        await soon(_taken(world, url))


async def _taken(world: World, url: str) -> None:
    while not isinstance(await world.sink.send(parcel(url, number=2)), Accepted):
        await asyncio.wait([asyncio.Future()], timeout=_AGAIN_S)


@asynccontextmanager
async def _passing(world: World, port: int | None) -> AsyncIterator[None]:
    """What comes at a port goes on to the world's; all is cut in the end."""
    there = urlsplit(world.url).port
    pumps: set[asyncio.Task[None]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(_HERE, there)
        for source, to in ((reader, forth), (back, writer)):
            pumps.add(asyncio.create_task(_pump(source, to)))

    async with listening(port, take):
        yield
    for pump in pumps:
        pump.cancel()
    await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    try:
        while some := await source.read(_READ):
            to.write(some)
            await to.drain()
    finally:
        to.transport.abort()


def _at(url: str, host: str, port: int | None) -> str:
    """The same URL, elsewhere."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}{at}{host}:{port}").geturl()


def _nobodys() -> ssl.SSLContext:
    """A certificate for loopback that no authority stands for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(_HERE))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    text, none = serialization.Encoding.PEM, serialization.NoEncryption()
    pem = key.private_bytes(text, serialization.PrivateFormat.PKCS8, none)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["h2"])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nobody.pem"
        file.write_bytes(pem + certificate.public_bytes(text))
        context.load_cert_chain(file)
    return context
