"""Whoever says more than was asked for is hung up on, and takes no memory for it."""

import struct
from collections.abc import AsyncIterator, Mapping
from functools import partial

import pytest
from pamqp.commands import Basic
from pamqp.frame import marshal
from pamqp.header import ContentHeader

from bus.adapters.meters import FLOODED
from bus.delivery.delivery import Accepted, Unreachable
from bus.ports import NoAnswerKind
from tests.contract.sinks.amqp1_worlds import open_amqp1
from tests.contract.sinks.nats_worlds import open_told
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.queue_worlds import open_amqp
from tests.contract.sinks.redis_worlds import open_redis
from tests.contract.sinks.worlds import World
from tests.support.amqp1_broker import Settles
from tests.support.bus import wait_until
from tests.support.pace import patience
from tests.support.redis_server import RedisUnderTest

_X = b"x" * 4_096
_RETURN = Basic.Return(312, "NO_ROUTE", "", "k")
_BODY = struct.pack(">BHI", 3, 1, len(_X)) + _X + b"\xce"
FLOODS: Mapping[str, tuple[str, bytes, bytes]] = {
    "amqp-frame": ("amqp", struct.pack(">BHI", 1, 1, 2**32 - 1), _X),
    "amqp-heartbeats": ("amqp", b"", b"\x08\0\0\0\0\0\0\xce"),
    "amqp-acks": ("amqp", b"", marshal(Basic.Ack(77), 1)),
    "amqp-channels": ("amqp", b"", marshal(Basic.Ack(1), 99)),
    "amqp-return": (
        "amqp",
        marshal(_RETURN, 1)
        + marshal(ContentHeader(0, 2**62, Basic.Properties(message_id="e")), 1),
        _BODY,
    ),
    "amqp1-heartbeats": ("amqp1", b"", struct.pack(">IBBH", 8, 2, 0, 0)),
    "nats-message": ("nats", b"MSG _INBOX.a 1 99999999999\r\n", _X),
    "nats-pings": ("nats", b"", b"PING\r\n"),
    "nats-line": ("nats", b"INFO ", _X),
    "redis-answer": ("redis", b"$99999999999\r\n", _X),
    "redis-array": ("redis", b"*1000000000\r\n", b":1\r\n"),
}
"""What comes in the place of an answer, once, and then for ever."""


@pytest.fixture(params=FLOODS)
async def flooded(
    request: pytest.FixtureRequest, redis_server: RedisUnderTest
) -> AsyncIterator[tuple[World, tuple[bytes, bytes]]]:
    """A world, and what its endpoint floods with."""
    kind, first, then = FLOODS[request.param]
    opened: Mapping[str, AsyncIterator[World]] = {
        "amqp": open_amqp(),
        "amqp1": open_amqp1(),
        "nats": open_told(),
        "redis": open_redis(redis_server),
    }
    async for world in opened[kind]:
        yield world, (first, then)


async def test_a_flood_is_hung_up_on(
    flooded: tuple[World, tuple[bytes, bytes]],
) -> None:
    """It is said why; who behaves again is delivered to."""
    world, flood = flooded
    wait = patience(30)
    assert await world.sink.send(parcel(world.url)) == Accepted(200)

    world.relay.instead = flood
    sent = parcel(world.url, number=2, timeout_s=wait)
    assert await world.sink.send(sent) == FLOODED

    await wait_until(partial(_nobody, world), 10, "it is hung up on")
    world.relay.instead = None
    sent = parcel(world.url, number=3, timeout_s=wait)
    assert await world.sink.send(sent) == Accepted(200)


async def test_what_was_never_sent() -> None:
    """A peer that settles it is no AMQP 1.0 peer, whatever else it settles."""
    async for world in open_amqp1():
        world.broker.then(Settles(beyond=1))
        outcome = await world.sink.send(parcel(world.url, timeout_s=patience(10)))

        why = "not an AMQP 1.0 peer: settles what was never sent"
        assert outcome == Unreachable(NoAnswerKind.PROTOCOL, why)
        await wait_until(partial(_nobody, world), 10, "it is hung up on")


def _nobody(world: World) -> bool:
    """Whether no connection is open."""
    return not world.relay.open
