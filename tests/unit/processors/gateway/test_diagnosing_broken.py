"""Endpoints that are broken, over real sockets: the API finds what the command does."""

import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from socket import create_server
from typing import cast

import pytest
import trustme

from tests.support.diagnose_command import Bus, partner, run, subscribe
from tests.support.endpoint import Endpoint, Exchange, Respond, says
from tests.support.gateway import serving
from tests.support.worlds import Worlds

NAME = "partner.example"
OURS, STRANGER = trustme.CA(), trustme.CA()
NOW, DAY = datetime.now(UTC), timedelta(days=1)
TRUSTED = {"tls": {"ca": OURS.cert_pem.bytes().decode()}}
BRIEF = {"timeout": "0.5s"}
OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtaGVyZSE="
BY_TIME = ("latency.", "dns.slow")
"""What a slow machine may find."""
CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"
MOVED = (
    b"HTTP/1.1 308 x\r\nlocation: https://new.example/in\r\ncontent-length: 0\r\n\r\n"
)


def with_certificate(authority: trustme.CA, host: str, days: int) -> ssl.SSLContext:
    """A server whose certificate ends in so many days."""
    until = NOW + days * DAY
    certificate = authority.issue_cert(host, not_before=NOW - 90 * DAY, not_after=until)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@dataclass
class Broken:
    """An endpoint, how it is subscribed, and what has to be found."""

    finding: str
    respond: Respond
    context: ssl.SSLContext | None = None
    url: str = ""
    host: str = "127.0.0.1"
    fields: Mapping[str, object] = field(default_factory=dict)


def tls(finding: str, authority: trustme.CA, host: str, days: int) -> Broken:
    """One with a certificate."""
    context = with_certificate(authority, host, days)
    return Broken(finding, partner(), context, host=NAME, fields=TRUSTED)


def silent(finding: str, respond: Respond) -> Broken:
    """One that is not waited for for long."""
    return Broken(finding, respond, fields=BRIEF)


BROKEN = {
    "no such name": Broken("dns.fails", partner(), url="http://nowhere.invalid/in"),
    "refused": Broken("tcp.fails", partner(), url="refused"),
    "certificate expired": tls("tls.expired", OURS, NAME, -1),
    "certificate of another": tls("tls.name", OURS, "x.example", 9),
    "unknown authority": tls("tls.untrusted", STRANGER, NAME, 9),
    "silent": silent("http.silent", says()),
    "redirects": Broken("http.redirect", says(MOVED)),
    "resets, nothing read": silent("http.closed", Exchange.reset),
    "another protocol": silent("http.broken", says(b"SSH-2.0-x\r\n")),
    "closes in its answer": silent("http.cut", says(CUT, close=True)),
    "hangs in its answer": silent("http.cut", says(CUT)),
    "endless": Broken("http.endless", partner(body=b"x" * 200_000)),
    "takes a wrong signature": Broken("signature.unchecked", partner(to_wrong=200)),
    "refuses a repeat": Broken("repeat.refused", partner(to_repeated=409)),
    "refuses an unknown type": Broken("unknown-type.refused", partner(to_unknown=422)),
    "not found": Broken("signed.not-found", partner(to_signed=404)),
    "gone": Broken("signed.gone", partner(to_signed=410)),
    "throttles": Broken("signed.throttled", partner(to_signed=429)),
    "fails": Broken("signed.fails", partner(to_signed=503)),
    "another secret": Broken("signed.unauthorized", partner(secret=OTHER)),
    "wants XML": Broken("content.refused", partner(takes="application/xml")),
    "hangs up each time": Broken("keepalive.none", partner(keeps=False)),
    "its clock is off": Broken("clock.off", partner(off_s=400)),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_the_command_finds(worlds: Worlds, name: str) -> None:
    """The same findings, each as severe, and one that names the cause."""
    broken, bus = BROKEN[name], Bus(worlds)
    async with Endpoint(broken.respond, broken.context) as endpoint:
        await subscribe(bus, url_of(broken, endpoint), **broken.fields)
        command = await run(bus, "acme", "--json")
        job = await diagnosed(bus)

    by_command, by_api = found(json.loads(command.stdout)), found(job["result"])
    assert broken.finding in by_api, sorted(by_api)
    assert by_api == by_command
    assert (job["state"], job["done"], job["total"]) == ("done", 12, 12)


def url_of(broken: Broken, endpoint: Endpoint) -> str:
    """Where it is, or is not."""
    if broken.url != "refused":
        return broken.url or endpoint.url(host=broken.host)
    with closing(create_server(("127.0.0.1", 0))) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/in"


async def diagnosed(bus: Bus) -> dict[str, object]:
    """The job of a diagnosis over HTTP, when it is over."""
    async with bus.probing() as means, serving(bus.worlds, means=means) as ask:
        begun = await ask("POST", "/v1/subscriptions/acme/diagnose")
        assert begun.status == 202, begun.body
        where = begun.headers["Location"]
        while (job := (await ask("GET", where)).json)["state"] == "running":
            await bus.worlds.clock.advance(0)
    return job


def found(report: object) -> dict[str, str]:
    """Severities by code, of what does not depend on how fast this machine is."""
    findings = cast("dict[str, list[dict[str, str]]]", report)["findings"]
    return {
        one["code"]: one["severity"]
        for one in findings
        if not one["code"].startswith(BY_TIME)
    }
