"""What a Source and a LogReader say when Kafka deletes what they have not read."""

from bus.record import Commit, Expired, TopicPartition
from tests.contract.test_reader import closing, first
from tests.contract.world import Recorder, Scene


async def _stood_at(scene: Scene, topic: str, offset: int) -> TopicPartition:
    """Have the group stand somewhere, with no member left."""
    tp = TopicPartition(topic, 0)
    source, recorder = await scene.join([topic])
    await recorder.until_owned(1)
    await recorder.until_values(1)
    recorder.got.clear()  # so that leaving commits nothing else
    await source.commit({tp: Commit(offset)})
    await source.stop()
    return tp


def _told(recorder: Recorder) -> list[Expired]:
    return [gone for gone, _ in recorder.expiries]


async def test_a_position_below_the_start_of_the_log_is_told_of(scene: Scene) -> None:
    """Reading goes on with what is left, after the listener heard what is not."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2", b"3")
    tp = await _stood_at(scene, topic, 1)
    await scene.world.expire(topic, 3)
    _, late = await scene.join([topic])
    await late.until_values(1)
    assert late.positions == {tp: Commit(1)}
    assert late.values() == [b"3"]
    assert late.expiries == [(Expired(tp, 3), 0)]


async def test_an_emptied_log_is_told_of_though_nothing_comes(scene: Scene) -> None:
    """The group would never hear of it: no record follows that could tell."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2", b"3")
    tp = await _stood_at(scene, topic, 1)
    await scene.world.expire(topic, 4)
    _, late = await scene.join([topic])
    await late.until(lambda: bool(late.expiries))
    assert late.expiries == [(Expired(tp, 4), 0)]
    await scene.write(topic, b"4")
    await late.until_values(1)
    assert late.values() == [b"4"]
    assert set(_told(late)) == {Expired(tp, 4)}
    assert late.missed == []


async def test_retention_that_overtakes_a_pause_is_told_of(scene: Scene) -> None:
    """What came before the gap comes before it is told, the rest after."""
    topic = await scene.topic()
    tp = TopicPartition(topic, 0)
    source, recorder = await scene.join([topic])
    await scene.write(topic, b"0", b"1")
    await recorder.until_values(2)
    source.pause([tp])
    await source.commit({})  # commands keep their order: the pause holds now
    await scene.write(topic, *[b"x"] * 5)
    await scene.world.expire(topic, 5)
    source.resume([tp])
    await recorder.until_values(4)
    assert [r.offset for r in recorder.got] == [0, 1, 5, 6]
    assert set(recorder.expiries) == {(Expired(tp, 5), 2)}
    assert recorder.missed == []


async def test_retention_of_what_was_read_takes_nothing(scene: Scene) -> None:
    """A log that begins where the group stands is in order."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2")
    await _stood_at(scene, topic, 2)
    await scene.world.expire(topic, 2)
    _, late = await scene.join([topic])
    await late.until_values(1)
    await scene.world.expire(topic, 3)
    await scene.write(topic, b"3")
    await late.until_values(2)
    assert late.values() == [b"2", b"3"]
    assert late.expiries == []


async def test_a_group_that_stood_nowhere_has_lost_nothing(scene: Scene) -> None:
    """It begins with what is left: nothing before was ever its own."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2")
    await scene.world.expire(topic, 2)
    _, recorder = await scene.join([topic])
    await recorder.until_values(1)
    assert recorder.values() == [b"2"]
    assert recorder.expiries == []


async def test_a_follower_that_has_read_it_misses_nothing(scene: Scene) -> None:
    """Only what was deleted before it was read is told of."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1")
    async with closing(scene.world.reader.follow(topic)) as batches:
        seen = 0
        while seen < 2:
            seen += len(await first(batches))
        assert await first(batches) == []
        await scene.world.expire(topic, 2)
        await scene.write(topic, b"2")
        assert [r.value for r in await first(batches)] == [b"2"]
        assert scene.world.told == []
