"""Every contract is checked in both worlds."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.world import KafkaWorld, MemoryWorld, Scene
from tests.support.kafka import KafkaUnderTest


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def cluster(request: pytest.FixtureRequest) -> KafkaUnderTest | None:
    """The running Kafka, or None for the memory; asked for outside any loop."""
    if request.param == "memory":
        return None
    kafka: KafkaUnderTest = request.getfixturevalue("kafka")
    return kafka


@pytest.fixture
async def scene(cluster: KafkaUnderTest | None) -> AsyncIterator[Scene]:
    """A scene in the memory, then one on Kafka."""
    world = KafkaWorld(cluster.bootstrap_servers) if cluster else MemoryWorld()
    scene = Scene(world)
    yield scene
    await scene.close()
    await world.close()
