"""What Topics and Groups promise."""

import pytest

from bus.errors import TopicError
from bus.ports import Lag
from bus.record import Commit, TopicPartition
from bus.topics.topic import TopicState
from tests.contract.world import Scene

_KEPT = {"retention.ms": "86400000", "cleanup.policy": "delete"}


async def test_a_made_topic_is_described_as_asked(scene: Scene) -> None:
    """Partitions, replication and the config that was set come back."""
    wanted = TopicState(f"{scene.name}.made", 3, 1, _KEPT)
    await scene.world.topics.create([wanted])
    assert await scene.world.topics.describe([wanted.name]) == {wanted.name: wanted}
    assert wanted.name in await scene.world.topics.names()


async def test_what_is_not_there_is_not_described(scene: Scene) -> None:
    """Asking for a missing topic yields nothing, and is no error."""
    assert f"{scene.name}.missing" not in await scene.world.topics.names()
    assert await scene.world.topics.describe([f"{scene.name}.missing"]) == {}


async def test_making_a_topic_again_leaves_it_alone(scene: Scene) -> None:
    """Creation is idempotent and never changes what is there."""
    wanted = TopicState(f"{scene.name}.made", 2, 1, _KEPT)
    await scene.world.topics.create([wanted])
    await scene.world.topics.create([TopicState(wanted.name, 5, 1)])
    assert await scene.world.topics.describe([wanted.name]) == {wanted.name: wanted}


async def test_a_change_sets_config_and_adds_partitions(scene: Scene) -> None:
    """What is not named stays; fewer partitions are not attempted."""
    name = f"{scene.name}.changed"
    await scene.world.topics.create([TopicState(name, 2, 1, _KEPT)])
    await scene.world.topics.change(TopicState(name, 4, 1, {"retention.ms": "3600000"}))
    await scene.world.topics.change(TopicState(name, 1, 1))
    expected = TopicState(name, 4, 1, {**_KEPT, "retention.ms": "3600000"})
    assert await scene.world.topics.describe([name]) == {name: expected}


async def test_deletion_is_idempotent(scene: Scene) -> None:
    """A topic that is gone, or never was, may be deleted."""
    topic = await scene.topic()
    await scene.world.topics.delete([topic, f"{scene.name}.never"])
    await scene.world.topics.delete([topic])
    assert await scene.world.topics.describe([topic]) == {}


async def test_more_replicas_than_brokers_are_refused(scene: Scene) -> None:
    """The error names the topic."""
    brokers = await scene.world.topics.brokers()
    with pytest.raises(TopicError, match="too-many"):
        await scene.world.topics.create(
            [TopicState(f"{scene.name}.too-many", 1, brokers + 1)]
        )


async def test_lag_counts_from_the_commit_or_the_start(scene: Scene) -> None:
    """Partitions that were never committed are pending as a whole."""
    topic = await scene.topic(partitions=2)
    await scene.write(topic, b"0", b"1", b"2", partition=0)
    await scene.write(topic, b"0", partition=1)
    source, recorder = await scene.join([topic])
    await recorder.until_values(4)
    await source.commit({TopicPartition(topic, 0): Commit(2)})
    lag = await scene.world.groups.lag(scene.name, [topic, "missing"])
    assert lag == {
        TopicPartition(topic, 0): Lag(2, 0, 3),
        TopicPartition(topic, 1): Lag(-1, 0, 1),
    }
    assert [part.pending for part in lag.values()] == [1, 1]


async def test_members_are_counted(scene: Scene) -> None:
    """A group nobody ever joined has none."""
    topic = await scene.topic()
    assert await scene.world.groups.members(scene.name) == 0
    source, recorder = await scene.join([topic])
    await recorder.until_owned(1)
    assert await scene.world.groups.members(scene.name) == 1
    await source.stop()
    assert await scene.world.groups.members(scene.name) == 0


async def test_a_whole_cluster_misses_nothing(scene: Scene) -> None:
    """Its brokers are there, and no partition lacks a leader or a copy."""
    await scene.topic()
    cluster = await scene.world.topics.cluster()
    assert len(cluster.brokers) == await scene.world.topics.brokers()
    assert (cluster.missing, cluster.offline, cluster.thin) == ((), 0, 0)
