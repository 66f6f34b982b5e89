"""A source made of several members keeps a source's promises."""

from collections.abc import Collection, Mapping

import pytest

from bus.adapters.kafka import SplitSource
from bus.errors import BrokerUnavailableError
from bus.ports import Listener, Source
from bus.record import Commit, TopicPartition
from tests.contract.world import Recorder, Scene


async def _topics(scene: Scene) -> tuple[str, str]:
    return await scene.topic(partitions=2), await scene.topic(partitions=2)


async def _join(
    scene: Scene, topics: Collection[str], parts: Collection[str]
) -> tuple[SplitSource, Recorder]:
    """A split source whose parts are called like the topics they read."""
    members = {name: scene.world.source(scene.name) for name in parts}
    source, recorder = SplitSource(members, str), Recorder()
    await source.start(topics, recorder)
    return source, recorder


async def test_every_part_reads_its_topics_and_a_stop_commits_them(
    scene: Scene,
) -> None:
    """One listener hears of all; the next one begins where this one ended."""
    one, two = await _topics(scene)
    for topic in (one, two):
        for partition in range(2):
            await scene.write(topic, b"0", b"1", partition=partition)
    source, recorder = await _join(scene, [one, two], [one, two])
    await recorder.until_values(8)
    await source.stop()
    assert sorted(recorder.given) == sorted(
        TopicPartition(topic, partition) for topic in (one, two) for partition in (0, 1)
    )
    source, recorder = await _join(scene, [one, two], [one, two])
    await recorder.until_owned(4)
    assert set(recorder.positions.values()) == {Commit(2, "after 1")}
    await source.stop()


async def test_two_processes_share_the_topics_of_every_part(scene: Scene) -> None:
    """Each has one of the two partitions of either topic."""
    one, two = await _topics(scene)
    first, here = await _join(scene, [one, two], [one, two])
    await here.until_owned(4)
    second, there = await _join(scene, [one, two], [one, two])
    await there.until_owned(2)
    await here.until_owned(2)
    for owned in (here.owned, there.owned):
        assert {tp.topic for tp in owned} == {one, two}
    await second.stop()
    await here.until_owned(4)
    await first.stop()


async def test_a_pause_and_a_commit_reach_the_part_they_are_for(scene: Scene) -> None:
    """The other part flows on, and what both committed comes back."""
    one, two = await _topics(scene)
    held, flowing = TopicPartition(one, 0), TopicPartition(two, 0)
    source, recorder = await _join(scene, [one, two], [one, two])
    await recorder.until_owned(4)
    source.pause([held])
    commits = {held: Commit(0, "here"), flowing: Commit(0, "there")}
    await source.commit(commits)  # commands keep their order: the pause holds now
    await scene.write(one, b"held", partition=0)
    await scene.write(two, b"flows", partition=0)
    await recorder.until_values(1)
    await scene.write(two, b"flows", partition=0)
    await recorder.until_values(2)
    assert recorder.values() == [b"flows", b"flows"]
    lag = await scene.world.groups.lag(scene.name, [one, two])
    assert {tp: lag[tp].committed for tp in commits} == dict.fromkeys(commits, 0)
    source.resume([held])
    await recorder.until_values(3)
    await source.stop()


async def test_topics_come_and_go_in_their_part(scene: Scene) -> None:
    """A part may have nothing to read for a while."""
    one, two = await _topics(scene)
    source, recorder = await _join(scene, [one], [one, two])
    await recorder.until_owned(2)
    source.subscribe([one, two])
    await recorder.until_owned(4)
    source.subscribe([two])
    await recorder.until_owned(2)
    assert sorted(recorder.given) == [TopicPartition(one, 0), TopicPartition(one, 1)]
    await source.stop()


class _Away:
    """A member whose coordinator does not answer."""

    async def start(self, topics: Collection[str], listener: Listener) -> None:
        """It joins nothing."""

    def subscribe(self, topics: Collection[str]) -> None:
        """It reads nothing."""

    def pause(self, partitions: Collection[TopicPartition]) -> None:
        """Nothing is fetched."""

    resume = pause

    def reached(self, ends: Mapping[TopicPartition, int]) -> None:
        """Nothing stands still."""

    async def commit(self, commits: Mapping[TopicPartition, Commit]) -> None:  # noqa: ARG002 - the port
        """Say so."""
        raise BrokerUnavailableError("commit: no answer in time")

    async def stop(self) -> None:
        """Nothing runs."""


async def test_what_one_part_could_not_commit_is_not_committed(scene: Scene) -> None:
    """The caller hears of it, and says everything again."""
    topic = await scene.topic()
    parts: dict[str, Source] = {topic: scene.world.source(scene.name), "away": _Away()}
    source, recorder = SplitSource(parts, str), Recorder()
    await source.start([topic], recorder)
    await recorder.until_owned(1)
    here, there = TopicPartition(topic, 0), TopicPartition("away", 0)
    with pytest.raises(BrokerUnavailableError):
        await source.commit({here: Commit(0), there: Commit(0)})
    await source.commit({here: Commit(0)})
    await source.stop()
