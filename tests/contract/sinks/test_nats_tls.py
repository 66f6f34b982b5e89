"""Certificates of NATS servers, and ours."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from bus.adapters.http.names import Names
from bus.adapters.nats.sink import NatsSink
from bus.delivery.delivery import Refused, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from tests.contract.sinks.nats_worlds import nats_sink
from tests.contract.sinks.parcels import parcel
from tests.support.nats_server import running_nats
from tests.support.pace import patience
from tests.support.relay import stranger

NAME = "nats.example"
NO_STREAM = Refused(404, "NO_STREAM no stream takes this subject")


@pytest.fixture
async def sink() -> AsyncIterator[NatsSink]:
    """A sink to which every name is loopback."""
    made = nats_sink(names=Names(lambda _: ["127.0.0.1"]))
    yield made
    await made.close()


_TLS = """\
tls {{ cert_file: "{0}/own.pem", key_file: "{0}/own.key", ca_file: "{0}/ca.pem" {1} }}
"""
OURS = trustme.CA()


def secured(folder: Path, more: str = "") -> str:
    """Settings of a server with a certificate for the name."""
    leaf = OURS.issue_cert(NAME)
    OURS.cert_pem.write_to_path(str(folder / "ca.pem"))
    leaf.cert_chain_pems[0].write_to_path(str(folder / "own.pem"))
    leaf.private_key_pem.write_to_path(str(folder / "own.key"))
    return _TLS.format(folder, more)


def trusting(authority: trustme.CA, **more: str) -> Tls:
    """Settings that trust an authority."""
    return Tls(ca=authority.cert_pem.bytes().decode(), **more)


async def test_own_authority(sink: NatsSink, tmp_path: Path) -> None:
    """The name is checked against the certificate, and ours is shown."""
    leaf = OURS.issue_cert("bus.example")
    shown = trusting(
        OURS,
        client_certificate=leaf.cert_chain_pems[0].bytes().decode(),
        client_key=leaf.private_key_pem.bytes().decode(),
    )
    with running_nats(secured(tmp_path, ", verify: true")) as server:
        to = f"tls://{NAME}:{server.port}/nowhere"
        assert await sink.send(parcel(to, tls=shown)) == NO_STREAM
        without = await sink.send(parcel(to, tls=trusting(OURS)))
        assert isinstance(without, Unreachable)


@pytest.mark.parametrize(
    ("authority", "host"), [(trustme.CA(), NAME), (OURS, "other.example")]
)
async def test_not_trusted(
    sink: NatsSink, tmp_path: Path, authority: trustme.CA, host: str
) -> None:
    """A stranger's certificate, or one for another name, gets no event."""
    with running_nats(secured(tmp_path)) as server:
        to = f"tls://{host}:{server.port}/nowhere"
        outcome = await sink.send(parcel(to, tls=trusting(authority)))
        assert outcome == Unreachable(NoAnswerKind.TLS, "no TLS connection")


async def test_plain_to_tls(sink: NatsSink, tmp_path: Path) -> None:
    """A server that wants TLS is not spoken to without it."""
    with running_nats(secured(tmp_path)) as server:
        outcome = await sink.send(parcel(f"nats://127.0.0.1:{server.port}/nowhere"))
        assert outcome == Unreachable(NoAnswerKind.TLS, "no TLS connection")


async def test_no_password_without_tls(sink: NatsSink) -> None:
    """A server that says that it has no TLS does not hear the password for that."""
    heard = bytearray()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","max_payload":1000,"headers":true}\r\n')
        heard.extend(await reader.read(65_536))
        writer.close()

    login = {"username": "shop", "password": "s3cret"}
    async with stranger(speak) as port:
        to = f"tls://{NAME}:{port}/shop"
        outcome = await sink.send(parcel(to, login=login, timeout_s=patience(2)))
    assert isinstance(outcome, Unreachable)
    assert heard
    assert b"s3cret" not in heard
