"""Registries in turn, and the clients of one: our adapter, and Confluent's own."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio
from confluent_kafka.schema_registry import SchemaRegistryClient

from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from tests.support.apicurio import apicurio_registry
from tests.support.kafka import cache_dir
from tests.support.registry import Place, place_of


@pytest.fixture(scope="session")
def apicurio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an Apicurio Registry."""
    with apicurio_registry(cache_dir(), tmp_path_factory.mktemp("apicurio")) as url:
        yield url


@pytest.fixture(
    params=[
        "memory",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("apicurio", marks=pytest.mark.long),
    ]
)
def place(request: pytest.FixtureRequest) -> Place:
    """Where the registry runs and keeps its schemas."""
    return place_of(str(request.param), request)


@pytest_asyncio.fixture
async def url(place: Place) -> AsyncIterator[str]:
    """A registry's URL."""
    async with place() as url:
        yield url


@pytest_asyncio.fixture
async def schemas(url: str) -> AsyncIterator[RegistrySchemas]:
    """Our adapter to it."""
    adapter = RegistrySchemas(RegistryConnection(url, timeout_s=20))
    yield adapter
    await adapter.close()


@pytest.fixture
def client(url: str) -> Iterator[SchemaRegistryClient]:
    """Confluent's own client of it."""
    with SchemaRegistryClient({"url": url, "timeout": 20}) as client:
        yield client


@pytest.fixture
def subject() -> str:
    """A subject nobody else uses; its name has to be escaped in paths."""
    return f"oms.order-oms.test/{uuid4().hex}"
