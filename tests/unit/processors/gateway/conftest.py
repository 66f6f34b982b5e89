"""A gateway that serves in memory."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.gateway import Client, serving
from tests.support.worlds import Worlds


@pytest_asyncio.fixture
async def ask(worlds: Worlds) -> AsyncIterator[Client]:
    """Asks it."""
    async with serving(worlds) as client:
        yield client
