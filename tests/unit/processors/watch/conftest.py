"""Fixtures of the tests of the watch."""

from collections.abc import AsyncIterator

import pytest

from tests.support.watching import Watched, watched
from tests.support.worlds import Worlds


@pytest.fixture
async def stage(worlds: Worlds) -> AsyncIterator[Watched]:
    """A world whose only subscription is acme, with nobody watching yet."""
    async with watched(worlds) as found:
        yield found
