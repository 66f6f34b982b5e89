"""The sinks that send to the inlets."""

from collections.abc import AsyncIterator

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from processors.sinks import Sinks
from processors.wiring.sinks import make_sinks
from tests.contract.sinks.worlds import LOOPBACK


@pytest.fixture
async def sinks() -> AsyncIterator[Sinks]:
    """Those that a worker has."""
    guard = Guard(allow=LOOPBACK)
    sender = LeanSender(guard)
    made = make_sinks(sender, guard)
    yield made
    await made.close()
    await sender.close()
