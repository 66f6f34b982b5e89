"""A member that its group waits for, and how that is asked, on a real Kafka."""

import asyncio
from pathlib import Path

import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection, Describing, KafkaSource, KafkaTopics
from bus.delivery.membership import Assigned, Members, holders
from bus.record import Commit, TopicPartition
from bus.topics.topic import TopicState
from tests.contract.world import Recorder, Scene
from tests.integration.test_kafka_client import Events
from tests.support.bus import CLOCK
from tests.support.kafka import cache_dir
from tests.support.pace import patience

pytestmark = pytest.mark.kafka

_ASKING_S = 1.0


async def _settled(connection: Connection, group: str) -> Members:
    """The members of a group, once each has what it is to have."""
    describing = Describing(connection)
    async with asyncio.timeout(patience(30)):
        while True:
            members = (await describing.ask([group, "nobody's"])).get(group, {})
            if members and all(m.holds == m.target for m in members.values()):
                return members


async def test_a_member_that_is_still_to_give_back_joins_anew(
    scene: Scene, connection: Connection
) -> None:
    """Told twice of a partition that is not to be its own, it begins with another id.

    The coordinator itself wants no such thing: what it says is changed on the way.
    """
    topic = await scene.topic(partitions=2)
    events, recorder = Events(), Recorder()
    source = KafkaSource(connection, scene.name, on_event=events)
    await source.start([topic], recorder)
    await recorder.until_owned(2)
    members = await _settled(connection, scene.name)
    both = frozenset(TopicPartition(topic, number) for number in range(2))
    assert holders(members) == both
    assert await source.obeys(members)
    (name,) = members
    less: Members = {name: Assigned(both, both - {TopicPartition(topic, 1)})}
    assert not await source.obeys(less)
    assert await source.obeys(members)
    assert not await source.obeys(less)
    assert not recorder.missed
    assert not await source.obeys(less)
    await recorder.until(lambda: bool(recorder.missed) and len(recorder.owned) == 2)
    assert events.of("kafka.unreconciled") == [
        {"group": scene.name, "topic": topic, "partition": 1, "partitions": 1}
    ]
    anew = await _settled(connection, scene.name)
    assert set(anew) != {name}
    assert await source.obeys(anew)
    await source.stop()


async def test_members_of_the_classic_protocol_have_no_target(
    scene: Scene, connection: Connection
) -> None:
    """What they hold is known, so that it gives no reason to ask for long."""
    topic = await scene.topic(partitions=2)
    recorder = Recorder()
    source = KafkaSource(connection, scene.name, protocol="classic")
    await source.start([topic], recorder)
    await recorder.until_owned(2)
    members = (await Describing(connection).ask([scene.name]))[scene.name]
    assert [len(member.holds) for member in members.values()] == [2]
    assert [member.target for member in members.values()] == [None]
    assert await source.obeys(members)
    await source.stop()


async def test_a_broker_that_dies_while_it_is_asked_is_no_answer(
    tmp_path: Path,
) -> None:
    """Asked from within, librdkafka's assertion might end the whole process."""
    async with EmbeddedKafka(tmp_path, cache_dir(), short=True) as kafka:
        describing = Describing(
            Connection({"bootstrap.servers": kafka.bootstrap_servers})
        )
        assert not (await describing.ask(["nobody's"])).get("nobody's")
        (broker,) = kafka.nodes
        broker.pause()
        asking = asyncio.create_task(describing.ask(["nobody's"]))
        await asyncio.wait({asking}, timeout=_ASKING_S)
        assert not asking.done()
        await broker.kill()
        assert await asking == {}


@pytest.mark.long
async def test_a_client_that_cannot_close_is_left_behind(tmp_path: Path) -> None:
    """Its coordinator hangs; the next client has its partitions as soon as may be."""
    async with EmbeddedKafka(tmp_path, cache_dir(), short=True) as kafka:
        connection = Connection({"bootstrap.servers": kafka.bootstrap_servers})
        await KafkaTopics(connection).create([TopicState("t", 2, 1)])
        events, recorder = Events(), Recorder()
        source = KafkaSource(connection, "g", on_event=events)
        await source.start(["t"], recorder)
        await recorder.until_owned(2)
        (name,) = await _settled(connection, "g")
        nothing: Members = {name: Assigned(frozenset(), frozenset())}
        (broker,) = kafka.nodes
        broker.pause()
        # What is under way is waited for, and longer than anybody has time.
        commit = {TopicPartition("t", 0): Commit(0)}
        committing = asyncio.create_task(source.commit(commit))
        for _ in range(2):
            assert not await source.obeys(nothing)
        async with asyncio.timeout(patience(30)):
            while not events.of("kafka.left_behind"):
                await CLOCK.sleep(0.1)
        assert await asyncio.gather(committing, return_exceptions=True) != [None]
        broker.resume()
        await recorder.until(lambda: len(recorder.owned) == 2)
        await source.stop()
