"""What tests of the Kafka adapters start from."""

from collections.abc import AsyncIterator

import pytest

from bus.adapters.kafka import Connection
from tests.contract.world import KafkaWorld, Scene
from tests.support.kafka import KafkaUnderTest


@pytest.fixture
async def scene(kafka: KafkaUnderTest) -> AsyncIterator[Scene]:
    """A scene on the real broker."""
    world = KafkaWorld(kafka.bootstrap_servers)
    scene = Scene(world)
    yield scene
    await scene.close()
    await world.close()


@pytest.fixture
def connection(kafka: KafkaUnderTest) -> Connection:
    """To the real broker."""
    return Connection({"bootstrap.servers": kafka.bootstrap_servers})
