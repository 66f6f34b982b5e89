"""Every contract is checked in both worlds."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contract.world import KafkaWorld, MemoryWorld, Scene
from tests.support.aws import running_aws
from tests.support.kafka import KafkaUnderTest
from tests.support.pubsub_emulator import (
    PubsubUnderTest,
    missing_pubsub,
    running_pubsub,
)


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


@pytest.fixture(scope="session")
def aws() -> Iterator[int]:
    """The port of moto's server."""
    with running_aws() as port:
        yield port


@pytest.fixture(scope="session")
def pubsub() -> Iterator[PubsubUnderTest]:
    """Google's emulator; use topics of your own."""
    if why := missing_pubsub():
        pytest.skip(why)
    with running_pubsub() as server:
        yield server
