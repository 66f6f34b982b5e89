"""What a Source promises that is told where its group stands."""

from collections.abc import Collection, Mapping

from bus.delivery.incarnation import stamped
from bus.record import Commit, Expired, TopicPartition
from bus.topics.topic import TopicState
from tests.contract.world import Scene


class Stood:
    """Says where a group stands, and remembers what it was asked."""

    def __init__(self) -> None:
        self.at: dict[TopicPartition, Commit] = {}
        self.asked: list[TopicPartition] = []

    async def __call__(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Answer."""
        self.asked.extend(partitions)
        return {tp: self.at[tp] for tp in partitions if tp in self.at}


async def test_begins_where_it_is_told_and_not_at_the_commit(scene: Scene) -> None:
    """What the group committed counts for nothing."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2", b"3")
    tp, stood = TopicPartition(topic, 0), Stood()
    source, first = await scene.join([topic])
    await first.until_values(4)
    await source.stop()  # and commits
    stood.at[tp] = Commit(2)
    _, second = await scene.join([topic], stands=stood)
    await second.until_values(2)
    assert second.values() == [b"2", b"3"]
    assert second.positions == {tp: Commit(2)}
    assert stood.asked == [tp]


async def test_what_is_left_out_stands_nowhere(scene: Scene) -> None:
    """It begins at the first record, whatever was committed."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1")
    source, first = await scene.join([topic])
    await first.until_values(2)
    await source.stop()
    _, second = await scene.join([topic], stands=Stood())
    await second.until_values(2)
    assert second.values() == [b"0", b"1"]
    assert second.positions == {TopicPartition(topic, 0): Commit(-1)}


async def test_a_position_in_a_topic_deleted_before_is_none(scene: Scene) -> None:
    """With that topic's id it is told from one in the topic of the same name."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2")
    tp, stood = TopicPartition(topic, 0), Stood()
    source, first = await scene.join([topic])
    await first.until_values(3)
    stood.at[tp] = stamped(Commit(2), first.got[0].topic_id)
    await source.stop()
    await scene.world.topics.delete([topic])
    await scene.world.topics.create([TopicState(topic, 1, 1, {})])
    await scene.write(topic, b"new 0", b"new 1", b"new 2")
    _, second = await scene.join([topic], stands=stood)
    await second.until_values(3)
    assert second.values() == [b"new 0", b"new 1", b"new 2"]
    assert second.positions == {tp: Commit(-1)}


async def test_what_kafka_has_deleted_behind_it_is_told(scene: Scene) -> None:
    """As for a group that stands by its commits: once, before the record after it."""
    topic = await scene.topic()
    await scene.write(topic, *[b"%d" % i for i in range(6)])
    tp, stood = TopicPartition(topic, 0), Stood()
    stood.at[tp] = Commit(1)
    await scene.world.expire(topic, 4)
    _, recorder = await scene.join([topic], stands=stood)
    await recorder.until_values(2)
    assert recorder.values() == [b"4", b"5"]
    assert recorder.expiries == [(Expired(tp, 4), 0)]
