"""What a Source promises when a topic is deleted and made anew under its members."""

from collections.abc import AsyncIterator
from typing import cast

import pytest

from bus.adapters.kafka.config import Protocol
from bus.record import Commit, TopicPartition
from bus.topics.topic import TopicState
from tests.contract.world import KafkaWorld, MemoryWorld, Recorder, Scene
from tests.support.kafka import KafkaUnderTest

_BEFORE = [b"before %d" % n for n in range(5)]
_AFTER = [b"after %d" % n for n in range(25)]


@pytest.fixture(
    params=[
        "memory",
        *(pytest.param(p, marks=pytest.mark.kafka) for p in ("classic", "consumer")),
    ]
)
def world(request: pytest.FixtureRequest) -> MemoryWorld | KafkaWorld:
    """The memory, then Kafka with both protocols of groups."""
    if request.param == "memory":
        return MemoryWorld()
    kafka: KafkaUnderTest = request.getfixturevalue("kafka")
    return KafkaWorld(kafka.bootstrap_servers, cast("Protocol", request.param))


@pytest.fixture
async def scene(world: MemoryWorld | KafkaWorld) -> AsyncIterator[Scene]:
    """A scene in each of them."""
    scene = Scene(world)
    yield scene
    await scene.close()
    await world.close()


async def _make_anew(scene: Scene, topic: str) -> str:
    """Delete and make it, with more records than before; return the new id."""
    await scene.world.topics.delete([topic])
    await scene.world.topics.create([TopicState(topic, 1, 1, {})])
    await scene.write(topic, *_AFTER, partition=0)
    return (await scene.read(topic))[0].topic_id


async def _until_after(recorder: Recorder, topic_id: str) -> None:
    """Wait for the new topic's records as its own, each once and in order."""

    def own() -> list[bytes | None]:
        return [r.value for r in recorder.got if r.topic_id == topic_id]

    await recorder.until(lambda: len(own()) >= len(_AFTER))
    assert own() == _AFTER


async def test_a_member_reads_the_new_topic_from_its_beginning(scene: Scene) -> None:
    """It stood at 5; what stands at 0 to 4 now was never read."""
    topic = await scene.topic()
    tp = TopicPartition(topic, 0)
    await scene.write(topic, *_BEFORE, partition=0)
    source, recorder = await scene.join([topic])
    await recorder.until_values(5)
    await source.commit({tp: Commit(5, "a")})
    old = recorder.got[0].topic_id
    new = await _make_anew(scene, topic)
    assert len({old, new, ""}) == 3
    await _until_after(recorder, new)
    assert recorder.values()[:5] == _BEFORE
    assert recorder.positions == {tp: Commit(-1)}
    assert recorder.early == []


async def test_a_late_commit_is_no_position_of_the_new_topic(scene: Scene) -> None:
    """Kafka takes it; the next member does not."""
    topic = await scene.topic()
    tp = TopicPartition(topic, 0)
    await scene.write(topic, *_BEFORE, partition=0)
    source, recorder = await scene.join([topic])
    await recorder.until_values(5)
    recorder.got.clear()
    source.pause([tp])
    await scene.world.topics.delete([topic])
    await scene.world.topics.create([TopicState(topic, 1, 1, {})])
    await source.commit({tp: Commit(5, "late")})
    recorder.got.clear()  # so that leaving commits nothing else
    await source.stop()
    await scene.write(topic, *_AFTER, partition=0)
    _, second = await scene.join([topic])
    await second.until_values(len(_AFTER))
    assert second.values() == _AFTER
    assert second.positions == {tp: Commit(-1)}


async def test_a_pause_does_not_outlive_the_topic(scene: Scene) -> None:
    """The listener, which takes the partition anew, would not know to resume it."""
    topic = await scene.topic()
    await scene.write(topic, *_BEFORE, partition=0)
    source, recorder = await scene.join([topic])
    await recorder.until_values(5)
    source.pause([TopicPartition(topic, 0)])
    await source.commit({})  # commands keep their order: the pause holds now
    await _until_after(recorder, await _make_anew(scene, topic))


async def test_a_group_that_begins_at_the_end_reads_all_of_the_new_topic(
    scene: Scene,
) -> None:
    """Nothing in there is older than the group."""
    topic = await scene.topic()
    source, recorder = await scene.join([topic], start="latest")
    await recorder.until_owned(1)
    while not recorder.got:
        await scene.write(topic, b"before", partition=0)
    await source.commit({TopicPartition(topic, 0): Commit(1)})
    await _until_after(recorder, await _make_anew(scene, topic))
