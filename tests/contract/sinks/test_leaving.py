"""What every sink promises of the connections that it keeps."""

import pytest

from bus.delivery.delivery import Accepted
from bus.sending import KeepingSink
from tests.contract.sinks.conftest import REAL, SCRIPTED
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import World
from tests.support.bus import wait_until

NOBODYS = {"http", "sqs", "sns", "eventbridge", "pubsub", "moto", "emulator"}
"""Whose connections are HTTP's, and no subscription's own."""
KEEPING = [x for x in (*SCRIPTED, *REAL) if not (isinstance(x, str) and x in NOBODYS)]
pytestmark = pytest.mark.parametrize("open_as", KEEPING, indirect=True)


async def test_who_leaves_has_no_connection(world: World) -> None:
    """What was open for one subscription alone is closed; it may come back."""
    assert isinstance(world.sink, KeepingSink)
    assert await world.sink.send(parcel(world.url)) == Accepted(200)
    assert world.relay.connections

    world.sink.leave("acme")

    await wait_until(lambda: not world.relay.open, 10, "it is hung up")
    assert await world.sink.send(parcel(world.url, number=2)) == Accepted(200)


async def test_who_shares_a_connection_keeps_it(world: World) -> None:
    """Where another subscription leaves nothing is closed."""
    assert isinstance(world.sink, KeepingSink)
    assert await world.sink.send(parcel(world.url)) == Accepted(200)
    before = world.relay.connections

    world.sink.leave("another")

    assert await world.sink.send(parcel(world.url, number=2)) == Accepted(200)
    assert world.relay.connections == before
