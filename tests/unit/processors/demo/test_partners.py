"""Partners of the demo: those that can be reached, counted wherever events arrive."""

from datetime import UTC, datetime

from bus.adapters.memory.clock import MemoryClock
from bus.delivery.endpoint import Kind
from bus.receiving import Arrival, Reaction
from bus.samples.lifecycles import lifecycle
from processors.demo.partners import partners
from processors.demo.tally import Tally
from processors.receiver import Behaviour, Receiver
from tests.support.heard import BODY, SECRET, signed_headers

NOW = 1_795_435_200


def test_only_those_that_can_be_reached() -> None:
    """By webhook all; by other ways those that this machine has."""
    assert {one.via for one in partners("SO-1", SECRET)} == {Kind.HTTP}
    some = partners("SO-1", SECRET, {Kind.KAFKA, Kind.GRPC})
    assert {one.via for one in some} == {Kind.HTTP, Kind.KAFKA, Kind.GRPC}
    assert len({one.id for one in some}) == len(some)


async def test_what_arrives_by_another_way_is_counted_alike() -> None:
    """In the same log, verified with the same secret."""
    clock = MemoryClock(NOW)
    receiver = Receiver(clock)
    receiver.behave("/lake", Behaviour(secret=SECRET))
    event = lifecycle(1, datetime.fromtimestamp(NOW, UTC), 0.0)[0]
    headers = signed_headers(NOW, webhook_id=event.id)
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    tally = Tally(partners("SO-1", SECRET, {Kind.KAFKA}))
    tally.sent(event, NOW * 10**9)

    said = await receiver.take("/lake", Arrival("/shop.events", encoded, BODY))
    forged = await receiver.take("/lake", Arrival("/shop.events", encoded, b"{}"))
    tally.read(receiver.received)

    assert (said, forged) == (Reaction(200), Reaction(401))
    assert tally.counts["lake"].summary()["accepted"] == 1
    assert tally.counts["lake"].attempts == 2
