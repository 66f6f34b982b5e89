"""Commits on their way to the client's thread while their partition goes and comes."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

import pytest
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as KafkaPartition
from typing_extensions import override

from bus.adapters.kafka import Connection, KafkaSource
from bus.adapters.kafka.assignment import Assignment, Membership
from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.incarnations import Incarnations
from bus.adapters.kafka.topic_ids import TopicIds
from bus.record import Commit, TopicPartition
from tests.contract.world import Recorder, Scene

pytestmark = pytest.mark.kafka


@dataclass
class Slow(Recorder):
    """Has a commit to make as it hears that a partition is lost."""

    source: KafkaSource | None = None
    late: asyncio.Task[None] | None = None

    @override
    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Send the commit before the partition can be assigned again."""
        super().lost(partitions)
        if self.source is not None and self.late is None:
            commits = {tp: Commit(40, "too late") for tp in partitions}
            self.late = asyncio.create_task(self.source.commit(commits))


async def test_a_commit_of_an_earlier_assignment_is_left_out(
    scene: Scene, connection: Connection
) -> None:
    """The same member has the partition again: its old commit moves nothing."""
    topic = await scene.topic()
    tp = TopicPartition(topic, 0)
    await scene.write(topic, b"0")
    source, recorder = await scene.join([topic])
    await recorder.until_values(1)
    recorder.got.clear()  # so that leaving commits nothing else
    await source.commit({tp: Commit(50)})
    await source.stop()
    # Beyond the end: the partition is lost and assigned anew with its first record.
    again = KafkaSource(connection, scene.name)
    slow = Slow(source=again)
    await again.start([topic], slow)
    await slow.until_values(1)
    assert slow.late is not None
    await slow.late
    lag = await scene.world.groups.lag(scene.name, [topic])
    assert lag[tp].committed == 50
    await again.commit({tp: Commit(1, "in time")})
    lag = await scene.world.groups.lag(scene.name, [topic])
    assert lag[tp].committed == 1
    await again.stop()


async def test_partitions_are_ours_in_the_order_of_commands(
    scene: Scene, connection: Connection
) -> None:
    """A command from before `assigned` began finds the partition not ours yet."""
    topic = await scene.topic()
    bridge = Bridge(asyncio.get_running_loop())
    found: list[set[TopicPartition]] = []

    def look() -> None:
        bridge.submit(lambda: found.append(set(assignment.partitions)))

    assignment = Assignment(
        Membership(scene.name),
        Recorder(on_assigned=lambda _: look()),
        bridge,
        lambda _name, _fields: None,
        Incarnations(TopicIds(connection), bridge),
        incremental=False,
    )
    settings = connection.member(scene.name, "classic", None)
    consumer = connection.open(Consumer, settings, None)
    look()
    came = [KafkaPartition(topic, 0)]
    await asyncio.to_thread(assignment.on_assign, consumer, came)
    assert assignment.failure is None
    assert found == [set(), {TopicPartition(topic, 0)}]
    consumer.close()
