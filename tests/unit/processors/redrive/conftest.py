"""Fixtures of the tests of sending again."""

from collections.abc import AsyncIterator

import pytest

from tests.support.past import Past
from tests.support.worlds import Worlds


@pytest.fixture
async def past(worlds: Worlds) -> AsyncIterator[Past]:
    """The past of a world in memory."""
    async with worlds.open() as world:
        await world.table.ready()
        yield Past(world)
