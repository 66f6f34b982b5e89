"""Endpoints that take what is sent and cannot answer it: queues."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bus.adapters.memory import MemorySink
from bus.adapters.memory.prober import MemoryProber, Scripted
from bus.delivery.delivery import Accepted, Refused, Unreachable
from bus.delivery.endpoint import kind_of
from processors.sinks import Sinks
from processors.subscriptions import onboarding
from processors.subscriptions.document import Draft, draft
from processors.subscriptions.proof import (
    CHALLENGE_TYPE,
    How,
    Proof,
    Unproven,
    read_taken,
)
from tests.support.worlds import Worlds

RABBIT = "amqps://rabbit.example/exchanges/shop"
ARTEMIS = "amqps1://artemis.example/orders"
AT_AWS = "sqs://sqs.eu-central-1.amazonaws.com/123456789012/orders"


@pytest.mark.parametrize(
    ("takes", "url"),
    [(takes, url) for url in (RABBIT, ARTEMIS, AT_AWS) for takes in (True, False)],
)
async def test_a_queue_that_takes_it(worlds: Worlds, *, takes: bool, url: str) -> None:
    """That its broker took the challenge is its word, at once."""
    queue = MemorySink(Accepted(200) if takes else Refused(404, "NO_ROUTE"))
    login = {"username": "shop", "password": "s3cret"}
    fields = {"id": "wms", "url": url, "types": ["order.*"], "login": login}
    host = urlsplit(url).hostname or ""
    async with worlds.open() as world:
        await world.table.ready()
        asking = replace(
            world,
            asker=MemoryProber({host: Scripted()}),
            sinks=Sinks(world.sender, {kind_of(url): lambda: queue}),
        )
        wanted = Draft(draft(fields, Path()).subscription)
        taken = await onboarding.add(asking, wanted)

    assert taken.subscription.unproven is not takes
    (sent,) = queue.parcels
    assert sent.event.type == CHALLENGE_TYPE
    assert queue.left == ["wms"]  # no connection stays open for that
    if not takes:
        assert "challenge: NO_ROUTE" in taken.warnings[-1]


def test_what_came_of_it() -> None:
    """Anything but taken is no yes, and says why."""
    assert read_taken(Accepted(200)) == Proof(How.TAKEN)
    assert read_taken(Unreachable("dns", "no address")) == Unproven(
        "challenge: no address"
    )
