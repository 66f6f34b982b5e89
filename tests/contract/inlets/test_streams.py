"""A stream of Redis, as who listens to it has it."""

import asyncio

import pytest

from bus.delivery.delivery import Accepted
from bus.delivery.endpoint import Kind
from bus.errors import ConfigurationError
from processors.sinks import Sinks
from processors.wiring.inlets import inlet_at
from tests.contract.inlets.partner import Partner, sink_for
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.redis_worlds import partner as client_of
from tests.support.pace import patience
from tests.support.redis_server import RedisUnderTest, running_redis


async def test_from_now_on(redis_server: RedisUnderTest, sinks: Sinks) -> None:
    """What was there before is not shown, and nothing is taken away."""
    url = f"redis://127.0.0.1:{redis_server.port}/from-now-on"
    sink, partner = sink_for(sinks, url), Partner()
    assert await sink.send(parcel(url, b"before")) == Accepted(200)
    inlet = inlet_at(url, Kind.REDIS, None, 0)
    await inlet.open(partner.take)

    for number in range(3):
        assert await sink.send(parcel(url, b"%d" % number, number=number)) == (
            Accepted(200)
        )

    while len(partner.arrivals) < 3:
        await partner.next()
    await inlet.close()
    assert [one.body for one in partner.arrivals] == [b"0", b"1", b"2"]
    async with client_of(redis_server.port) as client:
        assert await client.xlen("from-now-on") == 4


async def test_after_a_restart(sinks: Sinks) -> None:
    """Each entry is shown once, those too that came while it connected anew."""
    with running_redis() as server:
        url = f"redis://127.0.0.1:{server.port}/orders"
        sink, partner = sink_for(sinks, url), Partner()
        inlet = inlet_at(url, Kind.REDIS, None, 0)
        await inlet.open(partner.take)
        await sink.send(parcel(url, b"0"))
        await partner.next()
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)

        async with asyncio.timeout(patience(20)):
            while await sink.send(parcel(url, b"1", number=1)) != Accepted(200):
                pass
        await partner.next()
        await inlet.close()

    assert [one.body for one in partner.arrivals] == [b"0", b"1"]


async def test_who_is_not_let_in() -> None:
    """Hears so at once, with the URL."""
    with running_redis("--requirepass", "s3cret") as server:
        url = f"redis://127.0.0.1:{server.port}/orders"
        inlet = inlet_at(url, Kind.REDIS, None, 0)
        with pytest.raises(ConfigurationError, match="orders: WRONGPASS"):
            await inlet.open(Partner().take)
        await inlet.close()


def test_many_streams() -> None:
    """A URL of a stream for each type is refused, with what to write instead."""
    with pytest.raises(ConfigurationError, match="expected one stream"):
        inlet_at("redis://h/orders:{type}", Kind.REDIS, None, 0)
