"""What is found of certificates and handshakes."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from bus.delivery.subscription import Tls
from processors.diagnose.findings import Finding, Severity
from tests.support.endpoint import Endpoint, says
from tests.unit.processors.diagnose.conftest import Lab

NAME = "partner.example"
OURS = trustme.CA()
STRANGER = trustme.CA()
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def pem(authority: trustme.CA) -> str:
    """An authority's certificate."""
    return authority.cert_pem.bytes().decode()


TRUSTED = Tls(ca=pem(OURS))


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed() -> ssl.SSLContext:
    """A server that shows a certificate that only itself vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    alone = trustme.CA()
    with (
        alone.cert_pem.tempfile() as certificate,
        alone.private_key_pem.tempfile() as key,
    ):
        context.load_cert_chain(certificate, key)
    return context


async def found_at(
    lab: Lab, context: ssl.SSLContext, tls: Tls = TRUSTED, host: str = NAME
) -> dict[str, Finding]:
    """Findings about an endpoint with this context."""
    async with Endpoint(lab.partner(), context) as endpoint:
        return await lab.about(endpoint.url(host=host), tls=tls)


async def test_a_good_one(lab: Lab) -> None:
    """Version, names, chain and days are told; nothing of TLS is wrong."""
    found = await found_at(lab, serving(OURS.issue_cert(NAME)))

    tls = {code for code in found if code.startswith("tls.")}
    assert tls == {"tls.ok", "tls.lasts"}
    assert found["tls.ok"].says.startswith("TLSv1.3")
    assert found["tls.ok"].evidence["names"] == [NAME]
    assert found["tls.lasts"].evidence["days"]
    assert "signed.ok" in found


@pytest.mark.parametrize(
    ("context", "tls", "host", "code"),
    [
        pytest.param(
            serving(
                OURS.issue_cert(NAME, not_before=NOW - 90 * DAY, not_after=NOW - DAY)
            ),
            TRUSTED,
            NAME,
            "tls.expired",
            id="expired",
        ),
        pytest.param(
            serving(
                OURS.issue_cert(NAME, not_before=NOW + DAY, not_after=NOW + 9 * DAY)
            ),
            TRUSTED,
            NAME,
            "tls.expired",
            id="not yet valid",
        ),
        pytest.param(
            serving(OURS.issue_cert(NAME)), TRUSTED, "x.example", "tls.name", id="name"
        ),
        pytest.param(
            serving(OURS.issue_cert(NAME)), TRUSTED, "127.0.0.1", "tls.name", id="ip"
        ),
        pytest.param(
            serving(STRANGER.issue_cert(NAME)), TRUSTED, NAME, "tls.untrusted", id="ca"
        ),
        pytest.param(
            serving(OURS.issue_cert(NAME)), Tls(), NAME, "tls.untrusted", id="private"
        ),
        pytest.param(self_signed(), Tls(), NAME, "tls.self-signed", id="self-signed"),
        pytest.param(
            serving(OURS.issue_cert(NAME)),
            Tls(ca="-----BEGIN nonsense-----"),
            NAME,
            "tls.unusable",
            id="our own",
        ),
    ],
)
async def test_what_is_not_trusted(
    lab: Lab, context: ssl.SSLContext, tls: Tls, host: str, code: str
) -> None:
    """An error each that shows the certificate; no request is sent."""
    async with Endpoint(lab.partner(), context) as endpoint:
        found = await lab.about(endpoint.url(host=host), tls=tls)

        assert endpoint.requests == []
    assert found[code].severity is Severity.ERROR
    assert found[code].do
    if code != "tls.unusable":
        assert found[code].evidence["chain"]
    assert "tls.ok" not in found


@pytest.mark.parametrize(
    ("lives", "left", "soon"),
    [(90 * DAY, 20 * DAY, True), (6 * DAY, DAY, True), (6 * DAY, 5 * DAY, False)],
)
async def test_how_long_it_lasts(
    lab: Lab, lives: timedelta, left: timedelta, *, soon: bool
) -> None:
    """Three weeks before the end it should have been renewed; short ones later."""
    until = NOW + left
    certificate = OURS.issue_cert(NAME, not_before=until - lives, not_after=until)
    found = await found_at(lab, serving(certificate))

    assert ("tls.expires-soon" in found) is soon
    assert ("tls.lasts" in found) is not soon


async def test_nobody_checks(lab: Lab) -> None:
    """A subscription that verifies nothing is warned of, an expired one told."""
    certificate = OURS.issue_cert(NAME, not_before=NOW - 9 * DAY, not_after=NOW - DAY)
    found = await found_at(lab, serving(certificate), Tls(verify=False))

    assert found["tls.unverified"].severity is Severity.WARNING
    assert "has expired" in found["tls.expires-soon"].says


async def test_a_client_certificate(lab: Lab) -> None:
    """Who asks for ours gets it; without one there is a finding that says so."""
    context = serving(OURS.issue_cert(NAME))
    STRANGER.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    ours = STRANGER.issue_cert("bus@orderbus.example")
    shown = Tls(
        ca=pem(OURS),
        client_certificate=ours.cert_chain_pems[0].bytes().decode(),
        client_key=ours.private_key_pem.bytes().decode(),
    )

    good = await found_at(lab, context, shown)
    bad = await found_at(lab, context)

    assert "signed.ok" in good
    assert "client certificate" in bad["tls.handshake"].do


async def test_it_asks_for_one_in_tls_1_3(lab: Lab) -> None:
    """There the handshake is over before it looks: the request is not answered."""
    context = serving(OURS.issue_cert(NAME))
    STRANGER.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    found = await found_at(lab, context)

    # Its alert may get lost behind the reset that follows.
    assert {"http.closed", "tls.client-certificate"} & set(found), sorted(found)
    assert "signed.ok" not in found


async def test_a_port_that_says_nothing(lab: Lab) -> None:
    """A server that waits for something else is a silence, not a failure."""
    async with Endpoint(says()) as endpoint:
        url = endpoint.url(host=NAME).replace("http:", "https:")
        found = await lab.impatient().about(url)

    assert found["tls.silent"].severity is Severity.ERROR


@asynccontextmanager
async def speaking(answer: bytes) -> AsyncIterator[str]:
    """A port that says this to whatever comes, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"https://{NAME}:{server.sockets[0].getsockname()[1]}/in"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 x\r\n\r\n", b""])
async def test_a_port_without_tls(lab: Lab, answer: bytes) -> None:
    """An error that says what OpenSSL makes of it, or that it hung up."""
    async with speaking(answer) as url:
        found = await lab.about(url)

    assert found["tls.handshake"].severity is Severity.ERROR
