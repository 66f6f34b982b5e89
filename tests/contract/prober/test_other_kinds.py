"""A look at endpoints that are no webhooks: their certificates, whatever they speak."""

import asyncio
import ssl

import pytest
import trustme

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.probe import EndpointProbe
from bus.delivery.subscription import Tls
from tests.support.nats_server import running_nats
from tests.support.pace import patience
from tests.support.relay import stranger

HOST, ADDRESS = "broker.example", "127.0.0.1"
AUTHORITY = trustme.CA()
TLS = Tls(ca=AUTHORITY.cert_pem.bytes().decode())


def probe() -> EndpointProbe:
    """A probe to which every name is loopback."""
    return EndpointProbe(Guard(allow=["127.0.0.0/8"]), Names(lambda _: [ADDRESS]))


@pytest.mark.parametrize(
    "url",
    ["grpcs://{}", "amqps://{}/queues/in", "amqps1://{}/in", "kafkas://{}/shop"],
)
async def test_tls_from_the_start(url: str) -> None:
    """The certificate is seen, and no byte beside TLS is sent."""
    heard = bytearray()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read())
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(HOST).configure_cert(context)
    server = await asyncio.start_server(take, ADDRESS, 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    to = url.format(f"{HOST}:{port}")
    looked = await probe().look_up(to, patience(5))
    assert list(looked.admitted) == [ADDRESS]
    seen = await probe().secure(to, ADDRESS, TLS, patience(5))
    server.close()
    await server.wait_closed()
    assert seen.failure is None
    assert HOST in seen.chain[0].names
    assert not heard


async def test_tls_after_a_greeting(tmp_path_factory: pytest.TempPathFactory) -> None:
    """NATS introduces itself first; then it is the same."""
    folder = tmp_path_factory.mktemp("nats")
    leaf = AUTHORITY.issue_cert(HOST)
    leaf.cert_chain_pems[0].write_to_path(str(folder / "own.pem"))
    leaf.private_key_pem.write_to_path(str(folder / "own.key"))
    files = f'cert_file: "{folder}/own.pem", key_file: "{folder}/own.key"'
    with running_nats(f"tls {{ {files} }}") as server:
        url = f"tls://{HOST}:{server.port}/shop"
        seen = await probe().secure(url, ADDRESS, TLS, patience(5))
    assert seen.failure is None
    assert HOST in seen.chain[0].names


async def test_a_greeting_that_is_none() -> None:
    """A line that does not end is no TLS, and nothing to be raised."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.write(b"INFO " + b"x" * 200_000)
        writer.close()

    async with stranger(speak) as port:
        url = f"tls://{HOST}:{port}/shop"
        seen = await probe().secure(url, ADDRESS, TLS, patience(5))
    assert seen.failure is not None
