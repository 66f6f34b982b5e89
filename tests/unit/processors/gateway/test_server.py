"""Where a gateway listens, and with which certificate."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from bus.errors import ConfigurationError
from processors.gateway.protocol import Lines
from processors.gateway.server import Gateway, Place
from processors.gateway.table import ROUTES
from tests.support.gateway import UNLIMITED, Client
from tests.support.pace import patience


def another(ask: Client) -> Gateway:
    """One more, not started."""
    return Gateway(ask.api, ROUTES, UNLIMITED, Lines())


async def refusal(ask: Client, place: Place) -> str:
    """Why it does not start."""
    with pytest.raises(ConfigurationError) as caught:
        await another(ask).start(place)
    return str(caught.value)


@pytest.mark.parametrize("broken", ["missing", "text", "of another"])
async def test_a_certificate_that_is_none(
    ask: Client, tmp_path: Path, broken: str
) -> None:
    """One sentence that names the settings."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    if broken == "text":
        certificate.write_text("no certificate")
        key.write_text("no key")
    elif broken == "of another":
        authority = trustme.CA()
        one, two = authority.issue_cert("a.example"), authority.issue_cert("b.example")
        one.cert_chain_pems[0].write_to_path(certificate)
        two.private_key_pem.write_to_path(key)
    why = await refusal(ask, Place(certificate=certificate, key=key))
    assert "ORDERBUS_API_CERTIFICATE_FILE, ORDERBUS_API_KEY_FILE" in why
    assert "\n" not in why


async def test_beyond_loopback_it_wants_tls(ask: Client) -> None:
    """Or the proxies in front of it that do it."""
    why = await refusal(ask, Place(host="192.0.2.1"))
    assert "ORDERBUS_API_CERTIFICATE_FILE" in why
    assert "ORDERBUS_API_PROXIES" in why


async def test_a_port_that_is_taken(ask: Client) -> None:
    """Is named, and nothing is left open."""
    port = int(ask.gateway.url.rsplit(":", 1)[1])
    assert f"127.0.0.1:{port}" in await refusal(ask, Place(port=port))


async def test_a_burst_of_connections_waits(ask: Client) -> None:
    """Three hundred come while one turn of the loop goes by, and all are let in."""
    port = int(ask.gateway.url.rsplit(":", 1)[1])
    with ExitStack() as stack:
        for _ in range(300):  # the loop is held up here: none is taken meanwhile
            where = ("127.0.0.1", port)
            stack.enter_context(socket.create_connection(where, timeout=patience(5)))
