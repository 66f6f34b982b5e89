"""Servers that ask for a certificate, and whose own is of an authority of theirs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial

import pytest
import trustme

from bus.adapters.http.names import Names
from bus.delivery.delivery import Accepted, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from tests.contract.sinks.aws_told import open_eventbridge, open_sns
from tests.contract.sinks.aws_worlds import open_sqs
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.pubsub_worlds import open_told_topic
from tests.contract.sinks.redis_worlds import open_redis
from tests.contract.sinks.strange_kafka import kafka_sink
from tests.contract.sinks.worlds import World, nobody_reached
from tests.support.pace import patience
from tests.support.terminating import asking, terminating

OURS, STRANGER = trustme.CA(), trustme.CA()
NAME, SHOWN = "shop.example", "bus.example"
_NOT_LET_IN = {NoAnswerKind.TLS, NoAnswerKind.RESET, NoAnswerKind.CONNECT}
"""A server says after its own handshake that it wanted a certificate, or hangs up."""
_WORLDS: Mapping[str, Callable[..., AsyncIterator[World]]] = {
    "sqs": open_sqs,
    "sns": open_sns,
    "eventbridge": open_eventbridge,
    "pubsub": open_told_topic,
}


@pytest.fixture(params=["redis", *_WORLDS])
def open_as(request: pytest.FixtureRequest) -> Callable[..., AsyncIterator[World]]:
    """Opens a world without TLS, in front of which the tests have it."""
    if request.param == "redis":
        return partial(open_redis, request.getfixturevalue("redis_server"))
    return _WORLDS[request.param]


@pytest.fixture
async def world(
    open_as: Callable[..., AsyncIterator[World]],
) -> AsyncIterator[World]:
    """One to which every name is loopback."""
    async for opened in open_as(names=Names(lambda _: ["127.0.0.1"])):
        yield opened


def secured(world: World, port: int) -> str:
    """The endpoint's URL with TLS, at a port."""
    scheme, rest = world.named(NAME).split("://")
    made = "rediss" if scheme == "redis" else scheme.removesuffix("+http")
    return f"{made}://{rest}".replace(f":{world.relay.port}/", f":{port}/")


def trusting(authority: trustme.CA, *, shows: bool = False) -> Tls:
    """Settings that trust an authority, with a certificate of ours or without."""
    ca = authority.cert_pem.bytes().decode()
    if not shows:
        return Tls(ca=ca)
    leaf = OURS.issue_cert(SHOWN)
    return Tls(
        ca=ca,
        client_certificate=leaf.cert_chain_pems[0].bytes().decode(),
        client_key=leaf.private_key_pem.bytes().decode(),
    )


async def test_ours_is_shown(world: World) -> None:
    """Where a certificate is asked for, the subscription's is; the event arrives."""
    async with terminating(world.relay.port, asking(OURS, NAME)) as server:
        sent = parcel(secured(world, server.port), tls=trusting(OURS, shows=True))

        assert await world.sink.send(sent) == Accepted(200)
        assert set(server.shown) == {SHOWN}
        assert len(await world.received()) == 1


async def test_none_is_shown(world: World) -> None:
    """Without one nobody is reached, and nothing arrives."""
    async with terminating(world.relay.port, asking(OURS, NAME)) as server:
        url = secured(world, server.port)
        outcome = await world.sink.send(parcel(url, tls=trusting(OURS)))

        assert nobody_reached(outcome) in _NOT_LET_IN
        assert not await world.received()


@pytest.mark.parametrize(
    ("authority", "name"), [(STRANGER, NAME), (OURS, "other.example")]
)
async def test_not_trusted(world: World, authority: trustme.CA, name: str) -> None:
    """A stranger's certificate, or one for another name, gets no event."""
    async with terminating(world.relay.port, asking(OURS, name)) as server:
        tls = trusting(authority, shows=True)
        outcome = await world.sink.send(parcel(secured(world, server.port), tls=tls))

        assert nobody_reached(outcome) == NoAnswerKind.TLS
        assert not server.shown
        assert not await world.received()


async def test_kafka() -> None:
    """Ours is shown to a broker that is trusted.

    Behind TLS is nobody here, since a broker tells where it is by its own addresses.
    """
    sink = kafka_sink()
    async with terminating(0, asking(OURS, "127.0.0.1")) as server:
        url = f"kafkas://127.0.0.1:{server.port}/orders"
        sent = parcel(url, tls=trusting(OURS, shows=True), timeout_s=patience(20))
        sending = asyncio.create_task(sink.send(sent))
        await server.seen.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

        assert set(server.shown) == {SHOWN}
    await sink.close()


@pytest.mark.parametrize(("authority", "shows"), [(OURS, False), (STRANGER, True)])
async def test_kafka_not_let_in(authority: trustme.CA, *, shows: bool) -> None:
    """Without one nobody is reached, and who is not trusted gets none."""
    sink = kafka_sink()
    async with terminating(0, asking(OURS, "127.0.0.1")) as server:
        url = f"kafkas://127.0.0.1:{server.port}/orders"
        tls = trusting(authority, shows=shows)
        outcome = await sink.send(parcel(url, tls=tls, timeout_s=patience(1)))

        assert isinstance(outcome, Unreachable)
        assert not server.shown
    await sink.close()
