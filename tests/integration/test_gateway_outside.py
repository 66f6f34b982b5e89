"""`bus run gateway` and who is outside: TLS, proxies, the slow."""

import asyncio
import json
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

import psutil
import pytest
import pytest_asyncio
import trustme

from processors.access.history import Wanted, read_history
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.site import Served, Site, open_site

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
OUTSIDE = "203.0.113.9"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """One bus for all; every test has a gateway of its own."""
    async with open_site(kafka, tmp_path_factory.mktemp("site"), "outside") as made:
        yield made


def head_and_body(served: Served, event: Mapping[str, object]) -> tuple[bytes, bytes]:
    """A publish request, to be sent in two parts."""
    body = json.dumps(event).encode()
    more = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    return served.head("POST", "/v1/events", *more), body


async def closed(reader: asyncio.StreamReader) -> bytes:
    """All that a connection says until it is closed."""
    async with asyncio.timeout(patience(20)):
        return await reader.read()


async def test_tls_and_trusted_proxies(site: Site, tmp_path: Path) -> None:
    """TLS 1.2 and newer; who asks is believed from the proxies that are named."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(tmp_path / "certificate.pem", append=True)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    served = await site.gateway(
        api_certificate_file=tmp_path / "certificate.pem",
        api_key_file=tmp_path / "key.pem",
        api_proxies="127.0.0.1/32",
        api_address_rate=4,  # a minute: also a slow machine asks more often
    )
    served = replace(served, tls=trusting)
    assert served.url.startswith("https://")
    _, _, headers = await served.ask("GET", "/v1/event-types")
    assert "Strict-Transport-Security" in headers
    await handshake(served, ssl.TLSVersion.TLSv1_2)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await handshake(served, ssl.TLSVersion.TLSv1_1)

    await made_from(served, "behind", X_Forwarded_For=f"10.9.9.9, {OUTSIDE}")
    direct = replace(served, local="127.0.0.2")
    await made_from(direct, "spoofed", X_Forwarded_For="192.0.2.1")
    world = site.bus.world
    audit = await read_history(world.reader, world.topology.audit, Wanted())
    addresses = {a.change.entity_id: a.change.address for a in audit}
    assert addresses["behind"] == OUTSIDE
    assert addresses["spoofed"] == "127.0.0.2"

    answers = [
        await direct.ask("GET", "/v1/event-types", X_Forwarded_For=f"192.0.2.{n}")
        for n in range(12)
    ]
    statuses = {status for status, _, _ in answers}
    assert 429 in statuses, "a header from elsewhere makes nobody another one"
    fresh = await served.ask("GET", "/v1/event-types", X_Forwarded_For="192.0.2.7")
    assert fresh[0] == 200


async def handshake(served: Served, most: ssl.TLSVersion) -> None:
    """Shake hands with no newer version than this."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what it is for
        context.maximum_version = most
    context.set_ciphers("ALL:@SECLEVEL=0")
    _, writer = await asyncio.open_connection(*served.place, ssl=context)
    writer.close()


async def made_from(served: Served, name: str, **headers: str) -> None:
    """Make a subscription."""
    body = {"id": name, "url": "http://127.0.0.1:9/hook", "types": ["order.*"]}
    status, made, _ = await served.ask("POST", "/v1/subscriptions", body, **headers)
    assert status == 201, made


async def test_the_slow_hold_a_socket_and_nothing_else(site: Site) -> None:
    """Heads, bodies and answers have their time, and their size; others go on."""
    served = await site.gateway(
        api_idle_s=patience(1), api_body_s=1, api_send_s=1, api_body_bytes=4_096
    )
    head, body = head_and_body(served, await served.example())
    dribbled, unsent = await served.raw(), await served.raw()
    dribbled[1].write(head[:40])
    unsent[1].write(head + body[:5])
    answers = await asyncio.gather(closed(dribbled[0]), closed(unsent[0]))
    assert answers[0] == b""
    assert answers[1].startswith(b"HTTP/1.1 408 ")
    await takes_nothing(served)
    big = b"x" * 5_000
    for sent, status in (
        (served.head("GET", "/v1/event-types", f"X-Long: {big.decode()}"), 200),
        (served.head("GET", "/v1/event-types", f"X-Long: {'x' * 9_000}"), 431),
        (served.head("POST", "/v1/events", "Content-Length: 5000") + big, 413),
    ):
        reader, writer = await served.raw()
        writer.write(sent)
        line = await asyncio.wait_for(reader.readline(), patience(10))
        assert line.split()[1] == b"%d" % status, line
    assert not served.worker.lines("bug")


async def takes_nothing(served: Served) -> None:
    """Ask for much, and read none of it: the gateway lets go."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    raw.setblocking(False)  # noqa: FBT003 - its own way
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, served.place)
    reader, writer = await asyncio.open_connection(sock=raw, limit=1_024)
    served.lines.append(writer)
    transport = cast("asyncio.Transport", writer.transport)
    transport.pause_reading()
    writer.write(served.head("GET", "/openapi.json") * 200)

    gateway, mine = psutil.Process(served.worker.process.pid), raw.getsockname()

    def let_go() -> bool:
        told = served.worker.lines("request")
        if not any(line["operation"] == "getOpenApi" for line in told):
            return False
        held = gateway.net_connections(kind="tcp")
        return not any(one.raddr and tuple(one.raddr) == mine for one in held)

    await wait_until(let_go, 20, "an answer was not taken in time")
    transport.resume_reading()
    taken = b""
    with suppress(ConnectionError):
        taken = await closed(reader)
    assert taken.count(b"HTTP/1.1 200 ") < 200
