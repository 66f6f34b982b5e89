"""Our own sinks keep the laws that those of others are held to."""

from collections.abc import AsyncIterator, Sequence
from typing import cast

import pytest

from bus.laws import LAWS, Law
from bus.receiving import Arrival, Reaction
from bus.sending import Places
from tests.contract.sinks.conftest import OpenAs
from tests.contract.sinks.worlds import Received, Reply, Scripted, World, nobody

_REPLIES = {400: Reply.REFUSE, 429: Reply.THROTTLE, 500: Reply.FAIL, 0: Reply.HANG}


class Held:
    """A world of ours as the laws know one."""

    def __init__(self, world: World, dead: int) -> None:
        self.sink = world.sink
        self.url = world.url
        self.nobody = world.at(dead)
        self.secure = ""  # both have suites of their own
        self._world = world

    def made(self, places: Places) -> None:
        """See `bus.laws.World`."""

    async def received(self) -> Sequence[Arrival]:
        """See `bus.laws.World`."""
        return [_arrival(one) for one in await self._world.received()]

    def then(self, reaction: Reaction) -> bool:
        """See `bus.laws.World`."""
        if not hasattr(self._world, "then"):
            return False
        cast("Scripted", self._world).then(_REPLIES[reaction.status])
        return True


def _arrival(had: Received) -> Arrival:
    headers = {name.encode(): value.encode() for name, value in had.fields.items()}
    return Arrival("/", headers, had.body)


@pytest.fixture
async def held(open_as: OpenAs) -> AsyncIterator[Held]:
    """Each of ours."""
    async for world in open_as():
        yield Held(world, await nobody())


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
async def test_it_keeps(law: Law, held: Held) -> None:
    """Every law, where its server can be told what to answer also those of answers."""
    await law(held)
