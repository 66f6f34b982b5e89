"""A registry in memory that serves, and somebody who asks it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bus.adapters.memory import MemoryBroker
from processors.registry.server import Registry
from tests.support.registry import memory_broker, registry_in_memory
from tests.support.registry_http import Asking


@pytest.fixture
def broker() -> MemoryBroker:
    """A broker with the registry's topic."""
    return memory_broker()


@pytest_asyncio.fixture
async def registry(broker: MemoryBroker) -> AsyncIterator[Registry]:
    """A registry that serves."""
    async with registry_in_memory(broker) as registry:
        yield registry


@pytest_asyncio.fixture
async def ask(registry: Registry) -> AsyncIterator[Asking]:
    """A client."""
    async with ClientSession(registry.url) as session:
        yield Asking(session)
