"""What is found of endpoints that are good, and of those that are not."""

import asyncio
from dataclasses import replace

import pytest

from processors.diagnose.diagnosis import diagnose_endpoint
from processors.diagnose.findings import Severity
from processors.diagnose.subject import of_subscription
from tests.support.endpoint import Endpoint, Exchange, Respond, says
from tests.support.partner import SECRET, Partner
from tests.unit.processors.diagnose.conftest import Lab, by_code, stored

GOOD = {
    "state.ok",
    "dns.ok",
    "policy.ok",
    "tcp.ok",
    "tls.none",
    "http.ok",
    "keepalive.ok",
    "signed.ok",
    "content.ok",
    "signature.checked",
    "repeat.ok",
    "unknown-type.ok",
}
NOW = 1_800_000_000.0
BY_TIME = ("latency.", "dns.slow")
"""What a slow machine may find."""


def apart_from_time(codes: object) -> set[str]:
    """Codes that do not depend on how fast this machine is."""
    assert isinstance(codes, dict)
    return {code for code in codes if not code.startswith(BY_TIME)}


async def test_a_good_receiver(lab: Lab) -> None:
    """Nothing is wrong with it, and all that can be told is told."""
    async with Endpoint(lab.partner()) as endpoint:
        found = await lab.about(endpoint.url(host="partner.example"))

    assert apart_from_time(found) == GOOD
    assert {one.severity for one in found.values()} <= {
        Severity.OK,
        Severity.INFO,
        Severity.WARNING,
    }
    assert [code for code, one in found.items() if not one.says.endswith(".")] == []
    assert {code for code in found if code.startswith("latency.")}
    assert lab.steps[0] == "looking the name up"


async def test_it_makes_one_order_at_most(lab: Lab) -> None:
    """One sample comes, twice; all else is of a type that nobody asked for."""
    partner = lab.partner()
    async with Endpoint(partner) as endpoint:
        await lab.about(endpoint.url())

        assert len(partner.types) == 1
        assert partner.types[0].startswith("order.")
        assert all(
            b"x-orderbus-test: true" in request.head for request in endpoint.requests
        )
        assert all(b'"test":true' in request.body for request in endpoint.requests)


async def test_a_url_with_its_secret(lab: Lab) -> None:
    """As a subscription, but for what is stored of one."""
    async with Endpoint(lab.partner()) as endpoint:
        found = await lab.about_url(endpoint.url(), SECRET)

    assert apart_from_time(found) == GOOD - {"state.ok"}


async def test_a_url_without(lab: Lab) -> None:
    """What needs no secret is tried; nothing is sent unsigned, or many times."""
    async with Endpoint(lab.partner()) as endpoint:
        found = await lab.about_url(endpoint.url(), None)

        assert all(b"webhook-signature: v1," in r.head for r in endpoint.requests)
        assert len(endpoint.requests) == 3
    signed = {"signed.ok", "content.ok", "repeat.ok", "unknown-type.ok"}
    assert apart_from_time(found) == GOOD - signed - {"state.ok"} | {"secrets.missing"}


@pytest.mark.parametrize(
    ("misbehaving", "code", "severity"),
    [
        ({"to_wrong": 200}, "signature.unchecked", Severity.ERROR),
        ({"to_wrong": 500}, "signature.unclear", Severity.WARNING),
        ({"to_repeated": 409}, "repeat.refused", Severity.WARNING),
        ({"to_unknown": 422}, "unknown-type.refused", Severity.WARNING),
        ({"to_signed": 404}, "signed.not-found", Severity.ERROR),
        ({"to_signed": 410}, "signed.gone", Severity.ERROR),
        ({"to_signed": 422}, "signed.refused", Severity.ERROR),
        ({"to_signed": 429}, "signed.throttled", Severity.ERROR),
        ({"to_signed": 503}, "signed.fails", Severity.ERROR),
        ({"secret": "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtaGVyZSE="},
         "signed.unauthorized", Severity.ERROR),
        ({"takes": "application/xml"}, "content.refused", Severity.ERROR),
        ({"keeps": False}, "keepalive.none", Severity.WARNING),
        ({"off_s": -400}, "clock.off", Severity.WARNING),
        ({"off_s": 400}, "clock.off", Severity.WARNING),
        ({"body": b"x" * 200_000}, "http.endless", Severity.WARNING),
    ],
)  # fmt: skip
async def test_a_receiver_that_misbehaves(
    lab: Lab, misbehaving: dict[str, object], code: str, severity: Severity
) -> None:
    """Each fault has its finding, with what to do and what was seen."""
    async with Endpoint(lab.partner(**misbehaving)) as endpoint:
        found = await lab.about(endpoint.url())

    assert code in found, sorted(found)
    assert found[code].severity is severity
    assert found[code].do
    assert found[code].evidence


async def test_the_secret_differs(lab: Lab) -> None:
    """That wrong signatures are refused says nothing where good ones are, too."""
    other = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMtaGVyZSE="
    async with Endpoint(lab.partner(secret=other)) as endpoint:
        found = await lab.about(endpoint.url())

    assert not {"signature.checked", "repeat.refused"} & set(found)


async def test_what_it_takes_instead(lab: Lab) -> None:
    """Who does not take JSON is asked about XML, and that is said."""
    async with Endpoint(lab.partner(takes="application/xml")) as endpoint:
        found = await lab.about(endpoint.url())
        good = await lab.about(endpoint.url(), accept="application/xml")

    assert "--accept application/xml" in found["content.refused"].do
    assert "content.ok" in good
    assert "content.refused" not in good


async def test_an_unused_type_is_less(lab: Lab) -> None:
    """Who asked for single types never gets others: it is told, not warned of."""
    async with Endpoint(lab.partner(to_unknown=400)) as endpoint:
        found = await lab.about(endpoint.url(), types=["order.created"])

    assert found["unknown-type.refused"].severity is Severity.INFO


def moved(exchange: Exchange) -> None:
    """Point elsewhere."""
    exchange.write(
        b"HTTP/1.1 308 x\r\nlocation: https://new.example/in?token=hush\r\n"
        b"content-length: 0\r\n\r\n"
    )


CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        pytest.param(moved, "http.redirect", id="redirects"),
        pytest.param(says(), "http.silent", id="hangs"),
        pytest.param(Exchange.reset, "http.closed", id="resets"),
        pytest.param(Exchange.close, "http.closed", id="closes"),
        pytest.param(says(b"SSH-2.0-x\r\n"), "http.broken", id="other protocol"),
        pytest.param(says(CUT), "http.cut", id="hangs in its answer"),
        pytest.param(says(CUT, close=True), "http.cut", id="closes in its answer"),
    ],
)
async def test_what_is_no_answer(lab: Lab, respond: Respond, code: str) -> None:
    """An error each, within the subscription's own timeout."""
    async with Endpoint(respond) as endpoint:
        found = await lab.about(endpoint.url(), timeout_s=0.5)

    assert found[code].severity is Severity.ERROR
    assert found[code].do
    assert "hush" not in str(found[code])


async def test_only_real_events_hang(lab: Lab) -> None:
    """Test events are answered, the sample is not: told of as such."""
    good = lab.partner()

    def respond(exchange: Exchange) -> None:
        if b"orderbus.test" in exchange.body:
            good(exchange)

    async with Endpoint(respond) as endpoint:
        found = await lab.about(endpoint.url(), timeout_s=1)

    assert found["signed.unanswered"].severity is Severity.ERROR
    assert "http.ok" in found


async def test_one_connection_only(lab: Lab) -> None:
    """A server that is gone after the first connection is told of."""
    closing = asyncio.Event()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def step(what: str) -> None:
        if what.startswith("posting"):
            server.close()
            closing.set()

    one = of_subscription(stored(f"http://127.0.0.1:{port}/"), NOW)
    found = by_code(await diagnose_endpoint(lab.means, one, step))
    await server.wait_closed()

    assert closing.is_set()
    assert found["http.unconnected"].severity is Severity.ERROR


async def test_an_endless_body(lab: Lab) -> None:
    """Nobody reads on and on; the diagnosis ends."""

    def respond(exchange: Exchange) -> None:
        exchange.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        exchange.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n" + b"1\r\nx\r\n")

    async with Endpoint(respond) as endpoint:
        found = await lab.about(endpoint.url())

    assert "http.endless" in found


async def test_a_connection_that_is_kept_in_words_only(lab: Lab) -> None:
    """It says keep-alive and hangs up: found by a second request."""

    def respond(exchange: Exchange) -> None:
        exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        exchange.close()

    async with Endpoint(respond) as endpoint:
        found = await lab.about(endpoint.url())

    assert "although it says" in found["keepalive.none"].says


async def test_it_ends(lab: Lab) -> None:
    """A diagnosis that takes too long is cut, and what was seen is judged."""
    lab.means = replace(lab.means, budget_s=0.5)
    async with Endpoint(says()) as endpoint:
        found = await lab.about(endpoint.url(), timeout_s=30)

    assert "posting twice" in found["diagnosis.cut-short"].says
    assert "tcp.ok" in found


async def test_limits_are_kept(lab: Lab) -> None:
    """No more at a time than the subscription's concurrency."""
    waiting = 0
    most = 0

    def respond(exchange: Exchange) -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        asyncio.get_running_loop().call_soon(answer, exchange)

    def answer(exchange: Exchange) -> None:
        nonlocal waiting
        waiting -= 1
        good(exchange)

    good: Partner = lab.partner()
    async with Endpoint(respond) as endpoint:
        found = await lab.about(endpoint.url(), concurrency=3)

    assert most <= 3
    assert found["signed.ok"]
