"""What docs/webhooks.md says a partner answers before the first event, over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from typing_extensions import override

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.http.probe import EndpointProbe
from bus.delivery.subscription import Secret, Subscription, parse_subscription
from processors.subscriptions.proof import How, Proof, Unproven
from processors.subscriptions.proving import prove, prove_again
from processors.subscriptions.world import World
from tests.support.endpoint import Endpoint, Exchange, Respond, says
from tests.support.partner import SECRET
from tests.support.worlds import Worlds

GUARD = Guard(allow=["127.0.0.0/8"])
NOT_ALLOWED = b"HTTP/1.1 405 x\r\ncontent-length: 0\r\n\r\n"


class Asking(EndpointProbe):
    """Asks on loopback, too, as if nobody had opened it."""

    @override
    async def opened(self, url: str, within_s: float) -> bool:
        return False


@pytest.fixture
async def world(worlds: Worlds) -> AsyncIterator[World]:
    """A world that asks over sockets."""
    asker, sender = Asking(GUARD), LeanSender(GUARD)
    async with worlds.open() as opened:
        yield replace(opened, asker=asker, sender=sender, origin="events.example")
    await sender.close()
    await asker.close()


def to(endpoint: Endpoint) -> Subscription:
    """A subscription to it that asks for ten a second."""
    fields = {"id": "acme", "url": endpoint.url(), "types": ["*"], "rate": 10}
    made = datetime(2026, 11, 1, tzinfo=UTC)
    secret = Secret(id="s1", value=SECRET, created_at=made)
    return parse_subscription(fields | {"secrets": [secret]})


def allows(exchange: Exchange) -> None:
    """Answer the handshake of CloudEvents."""
    assert exchange.head.startswith(b"OPTIONS /hook HTTP/1.1")
    assert b"webhook-request-origin: events.example" in exchange.head
    assert b"webhook-request-rate: 600" in exchange.head
    exchange.write(
        b"HTTP/1.1 200 OK\r\nWebHook-Allowed-Origin: events.example\r\n"
        b"WebHook-Allowed-Rate: 120\r\ncontent-length: 0\r\n\r\n"
    )


def challenged(shape: str) -> Respond:
    """Refuse `OPTIONS`; answer a challenge with it alone, in this shape."""

    def respond(exchange: Exchange) -> None:
        if exchange.head.startswith(b"OPTIONS"):
            exchange.write(NOT_ALLOWED)
            return
        assert b"x-orderbus-test: true" in exchange.head
        event = orjson.loads(exchange.body)
        assert event["type"] == "orderbus.verification"
        body = (shape % event["data"]["challenge"]).encode()
        exchange.write(b"HTTP/1.1 200 x\r\ncontent-length: %d\r\n\r\n" % len(body))
        exchange.write(body)

    return respond


def echo(exchange: Exchange) -> None:
    """Repeat whatever comes, allowing nobody."""
    body = exchange.body
    exchange.write(b"HTTP/1.1 200 x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)


async def test_the_handshake(world: World) -> None:
    """One request; nothing is posted."""
    async with Endpoint(allows) as endpoint:
        one = to(endpoint)
        proof = await prove(world, one, trust=False, knows_secret=True)
        assert len(endpoint.requests) == 1
    assert proof == Proof(How.HANDSHAKE, 2.0)


@pytest.mark.parametrize("shape", ["%s", '{"challenge": "%s"}'])
async def test_a_challenge(world: World, shape: str) -> None:
    """After `OPTIONS` was refused."""
    async with Endpoint(challenged(shape)) as endpoint:
        proof = await prove(world, to(endpoint), trust=False, knows_secret=True)
    assert proof == Proof(How.CHALLENGE)


@pytest.mark.parametrize("respond", [echo, says(NOT_ALLOWED), Exchange.reset])
async def test_none_of_both(world: World, respond: Respond) -> None:
    """An echo, a refusal, a reset: told what each question came to."""
    async with Endpoint(respond) as endpoint:
        proof = await prove(world, to(endpoint), trust=False, knows_secret=True)
    assert isinstance(proof, Unproven)
    assert "OPTIONS: " in proof.why
    assert "challenge: " in proof.why


async def test_an_opened_network_is_asked_again(world: World) -> None:
    """Need not say so, but may say how often; who says nothing keeps what it said."""
    opened = replace(world, asker=EndpointProbe(GUARD))
    async with Endpoint(allows) as endpoint:
        first = await prove(opened, to(endpoint), trust=False, knows_secret=True)
        assert endpoint.requests == []
        again = await prove_again(opened, to(endpoint), trust=False)
    assert (first, again) == (Proof(How.OPENED), Proof(How.HANDSHAKE, 2.0))
    async with Endpoint(echo) as endpoint:
        one = to(endpoint).model_copy(update={"allowed_rate": 2.0})
        assert await prove_again(opened, one, trust=False) == Proof(How.OPENED, 2.0)
