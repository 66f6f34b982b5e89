"""What the senders promise about TLS."""

import ssl
from collections.abc import AsyncIterator

import pytest
import trustme

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.delivery.subscription import Tls
from bus.ports import Answer, NoAnswer, NoAnswerKind, Post, Reply, Sender
from tests.contract.sender.worlds import HEADERS, LOOPBACK, REAL
from tests.support.endpoint import Endpoint

NAME = "partner.example"
OURS = trustme.CA()
STRANGER = trustme.CA()


def pem(authority: trustme.CA) -> str:
    """An authority's certificate."""
    return authority.cert_pem.bytes().decode()


def server_context(
    certificate: trustme.LeafCert, *, clients: trustme.CA | None = None
) -> ssl.SSLContext:
    """A server's context; with `clients` it asks for their certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if clients is not None:
        clients.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client(certificate: trustme.LeafCert, ca: str) -> Tls:
    """Settings that show a client certificate."""
    return Tls(
        ca=ca,
        client_certificate=certificate.cert_chain_pems[0].bytes().decode(),
        client_key=certificate.private_key_pem.bytes().decode(),
    )


@pytest.fixture(params=list(REAL))
async def sender(request: pytest.FixtureRequest) -> AsyncIterator[Sender]:
    """Each sender; every name is loopback."""
    names = Names(lambda _: ["127.0.0.1"])
    made = REAL[request.param](Guard(allow=LOOPBACK), names)
    yield made
    await made.close()
    await names.close()


async def send(
    sender: Sender, endpoint: Endpoint, tls: Tls | None, host: str = NAME
) -> Reply:
    """One post."""
    url = endpoint.url("/?token=secret", host=host)
    return await sender.send(Post(url, HEADERS, b"{}", 10, tls))


def refused(reply: Reply) -> str:
    """The detail of a reply that must be a TLS failure, without any secret."""
    assert isinstance(reply, NoAnswer), reply
    assert reply.kind is NoAnswerKind.TLS
    assert "secret" not in reply.detail
    return reply.detail


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint with a certificate of our own authority."""
    async with Endpoint(context=server_context(OURS.issue_cert(NAME))) as opened:
        yield opened


async def test_own_ca(sender: Sender, endpoint: Endpoint) -> None:
    """A certificate of the subscription's CA is trusted, and the connection kept."""
    for _ in range(3):
        assert await send(sender, endpoint, Tls(ca=pem(OURS))) == Answer(200)

    assert endpoint.connections == 1


@pytest.mark.parametrize("tls", [None, Tls(), Tls(ca=pem(STRANGER))])
async def test_unknown_ca(sender: Sender, endpoint: Endpoint, tls: Tls | None) -> None:
    """A certificate of nobody we know is refused, and the reason told."""
    assert "issuer" in refused(await send(sender, endpoint, tls))
    assert endpoint.requests == []


async def test_wrong_name(sender: Sender, endpoint: Endpoint) -> None:
    """A certificate made out to another name is refused."""
    reply = await send(sender, endpoint, Tls(ca=pem(OURS)), host="other.example")

    assert "mismatch" in refused(reply)


async def test_verify_off(sender: Sender, endpoint: Endpoint) -> None:
    """Who says so is connected to whoever answers."""
    tls = Tls(verify=False)

    assert await send(sender, endpoint, tls, host="other.example") == Answer(200)


async def test_settings_do_not_share_connections(
    sender: Sender, endpoint: Endpoint
) -> None:
    """A connection made without verification is never used with it."""
    assert await send(sender, endpoint, Tls(verify=False)) == Answer(200)

    refused(await send(sender, endpoint, Tls()))
    assert await send(sender, endpoint, Tls(verify=False)) == Answer(200)
    assert endpoint.connections == 2 or len(endpoint.requests) == 2


async def test_equal_settings_share_connections(
    sender: Sender, endpoint: Endpoint
) -> None:
    """Two subscriptions with equal settings share a connection."""
    for _ in range(2):
        assert await send(sender, endpoint, Tls(ca=pem(OURS))) == Answer(200)

    assert endpoint.connections == 1


async def test_client_certificate(sender: Sender) -> None:
    """The subscription's client certificate is shown to who asks."""
    context = server_context(OURS.issue_cert(NAME), clients=STRANGER)
    async with Endpoint(context=context) as endpoint:
        tls = client(STRANGER.issue_cert("bus@acme.example"), pem(OURS))

        assert await send(sender, endpoint, tls) == Answer(200)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("shown", [False, True])
async def test_client_certificate_refused(
    sender: Sender, version: ssl.TLSVersion, *, shown: bool
) -> None:
    """A missing or wrong client certificate is no answer, and nothing is posted.

    In TLS 1.3 the client is through with the handshake before the server looks at
    the certificate; its alert may get lost behind the reset that follows.
    """
    context = server_context(OURS.issue_cert(NAME), clients=STRANGER)
    context.maximum_version = version
    async with Endpoint(context=context) as endpoint:
        tls = Tls(ca=pem(OURS))
        if shown:
            tls = client(OURS.issue_cert("bus@acme.example"), pem(OURS))

        reply = await send(sender, endpoint, tls)

        assert isinstance(reply, NoAnswer)
        late = {NoAnswerKind.TLS, NoAnswerKind.RESET}
        early = {NoAnswerKind.TLS}
        assert reply.kind in (late if version is ssl.TLSVersion.TLSv1_3 else early)
        assert endpoint.requests == []


@pytest.mark.parametrize(
    ("tls", "says"),
    [
        (Tls(ca="nonsense"), "CA"),
        (Tls(ca=""), "CA"),
        (Tls(client_certificate="nonsense", client_key="secret"), "client"),
        (
            client(OURS.issue_cert("a@acme.example"), pem(OURS)).model_copy(
                update={
                    "client_key": OURS.issue_cert("b@acme.example")
                    .private_key_pem.bytes()
                    .decode()
                }
            ),
            "client",
        ),
    ],
)
async def test_unusable_certificates(
    sender: Sender, endpoint: Endpoint, tls: Tls, says: str
) -> None:
    """Certificates that cannot be used are a TLS failure that names them."""
    assert says in refused(await send(sender, endpoint, tls))


async def test_tls_to_a_plain_port(sender: Sender) -> None:
    """A server that does not speak TLS is a TLS failure."""
    async with Endpoint() as plain:
        url = plain.url(host=NAME).replace("http:", "https:")
        plain.respond = lambda exchange: exchange.write(b"HTTP/1.1 400 x\r\n\r\n")

        reply = await sender.send(Post(url, HEADERS, b"{}", 1, Tls()))

    assert isinstance(reply, NoAnswer)
    assert reply.kind in {NoAnswerKind.TLS, NoAnswerKind.TIMEOUT}
