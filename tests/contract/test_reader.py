"""What a LogReader promises."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from bus.errors import TopicError
from bus.record import Message, Record, TopicPartition
from tests.contract.world import DEADLINE_S, Scene
from tests.support.pace import patience


@asynccontextmanager
async def closing(
    batches: AsyncIterator[Sequence[Record]],
) -> AsyncIterator[AsyncIterator[Sequence[Record]]]:
    """Close what follows a topic in the end."""
    try:
        yield batches
    finally:
        if isinstance(batches, AsyncGenerator):
            await batches.aclose()


async def first(batches: AsyncIterator[Sequence[Record]]) -> Sequence[Record]:
    """The next batch; fails after the deadline."""
    async with asyncio.timeout(patience(DEADLINE_S)):
        return await anext(batches)


async def test_reads_up_to_the_end_and_finishes(scene: Scene) -> None:
    """All partitions are read whole, in order within each."""
    topic = await scene.topic(partitions=3)
    for partition in range(3):
        await scene.write(topic, b"a", b"b", b"c", partition=partition)
    records = await scene.read(topic)
    for partition in range(3):
        found = [r.value for r in records if r.partition == partition]
        assert found == [b"a", b"b", b"c"]


async def test_an_empty_topic_ends_at_once(scene: Scene) -> None:
    """Nothing there means nothing yielded."""
    assert await scene.read(await scene.topic(partitions=2)) == []


async def test_what_comes_later_is_not_read(scene: Scene) -> None:
    """The end is where it stood when reading began."""
    topic = await scene.topic()
    await scene.write(topic, b"1", b"2")
    batches = scene.world.reader.read(topic)
    records = list(await first(batches))
    await scene.write(topic, b"late")
    records += [record async for batch in batches for record in batch]
    assert [r.value for r in records] == [b"1", b"2"]


async def test_times_bound_from_inclusive_to_exclusive(scene: Scene) -> None:
    """`since_ms` is the first time read, `until_ms` the first not read."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2", b"3", b"4")
    times = [r.timestamp_ms for r in await scene.read(topic)]
    assert len(set(times)) == 5, "written apart"
    bounded = await scene.read(topic, since_ms=times[1], until_ms=times[3])
    assert [r.value for r in bounded] == [b"1", b"2"]
    assert await scene.read(topic, since_ms=times[4] + 1) == []
    assert len(await scene.read(topic, until_ms=times[4] + 1)) == 5


async def test_a_key_narrows_to_its_records(scene: Scene) -> None:
    """Other keys are left out, those of the same partition too."""
    topic = await scene.topic(partitions=2)
    for i in range(20):
        await scene.write(topic, b"%d" % i, key=b"k%d" % (i % 5))
    records = await scene.read(topic, key=b"k3")
    assert [r.value for r in records] == [b"3", b"8", b"13", b"18"]


async def test_start_offsets_beat_times(scene: Scene) -> None:
    """Partitions named in `start` begin there, whatever `since_ms` says."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await scene.write(topic, b"0", b"1", b"2", partition=partition)
    records = await scene.read(topic, start={0: 1})
    assert [r.offset for r in records if r.partition == 0] == [1, 2]
    assert [r.offset for r in records if r.partition == 1] == [0, 1, 2]
    records = await scene.read(topic, since_ms=4102444800000, start={0: 2, 1: 3})
    assert records == []


async def test_stop_offsets_end_it_early(scene: Scene) -> None:
    """Only the partitions named are read, each up to before its offset."""
    topic = await scene.topic(partitions=3)
    for partition in range(3):
        await scene.write(topic, *(b"%d" % i for i in range(20)), partition=partition)
    records = await scene.read(topic, start={0: 5}, stop={0: 8, 1: 2})
    assert [(r.partition, r.offset) for r in sorted(records)] == [
        *((0, offset) for offset in (5, 6, 7)),
        *((1, offset) for offset in (0, 1)),
    ]
    assert await scene.read(topic, start={0: 5}, stop={0: 5}) == []
    assert await scene.read(topic, stop={}) == []
    assert len(await scene.read(topic, start={2: 19}, stop={2: 99})) == 1


async def test_a_stretch_has_what_is_left_of_it(scene: Scene) -> None:
    """Of one that Kafka has deleted in part, the rest; of one that is no more, none."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await scene.write(topic, *(b"%d" % i for i in range(9)), partition=partition)
    await scene.world.expire(topic, 4)
    half = await scene.read(topic, start={0: 2}, stop={0: 6})
    assert [r.offset for r in half] == [4, 5]
    assert await scene.read(topic, start={0: 1}, stop={0: 3}) == []
    # As of a topic that was made anew, and is shorter than it was.
    assert await scene.read(topic, start={1: 50}, stop={1: 60}) == []


async def test_a_missing_topic_is_an_error(scene: Scene) -> None:
    """Reading what is not there says so, and what to do."""
    with pytest.raises(TopicError, match="no such topic"):
        await scene.read(f"{scene.name}.missing")
    with pytest.raises(TopicError, match="no such topic"):
        await first(scene.world.reader.follow(f"{scene.name}.missing"))


async def test_follow_says_once_that_it_caught_up_and_goes_on(scene: Scene) -> None:
    """First what is there, then one empty batch, then what comes."""
    topic = await scene.topic(partitions=2)
    await scene.write(topic, b"old", partition=1)
    async with closing(scene.world.reader.follow(topic)) as batches:
        assert [r.value for r in await first(batches)] == [b"old"]
        assert await first(batches) == []
        next_batch = asyncio.ensure_future(first(batches))
        await scene.write(topic, b"new", partition=0)
        assert [r.value for r in await next_batch] == [b"new"]


async def test_follow_of_an_empty_topic_caught_up_already(scene: Scene) -> None:
    """Nothing to wait for: the empty batch comes first."""
    async with closing(scene.world.reader.follow(await scene.topic())) as batches:
        assert await first(batches) == []


async def test_follow_can_begin_at_a_time(scene: Scene) -> None:
    """What is older than `since_ms` is left out."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2")
    times = [r.timestamp_ms for r in await scene.read(topic)]
    batches = scene.world.reader.follow(topic, since_ms=times[2])
    async with closing(batches):
        assert [r.value for r in await first(batches)] == [b"2"]


async def test_follow_can_begin_at_offsets(scene: Scene) -> None:
    """Partitions named in `start` begin there, at their end if it says so."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await scene.write(topic, b"0", b"1", partition=partition)
    batches = scene.world.reader.follow(topic, start={0: 2, 1: 1})
    async with closing(batches):
        assert [(r.partition, r.value) for r in await first(batches)] == [(1, b"1")]
        assert await first(batches) == []
        next_batch = asyncio.ensure_future(first(batches))
        await scene.write(topic, b"2", partition=0)
        assert [(r.partition, r.value) for r in await next_batch] == [(0, b"2")]


async def test_a_big_topic_comes_in_batches(scene: Scene) -> None:
    """Memory stays bounded: no batch holds a whole topic."""
    topic = await scene.topic()
    values = [b"%d" % i for i in range(3000)]
    for value in values:
        scene.world.publisher.publish_soon(Message(topic, b"k", value))
    assert await scene.world.publisher.flush(20) == 0
    sizes, found = [], []
    async for batch in scene.world.reader.read(topic):
        sizes.append(len(batch))
        found += [r.value for r in batch]
    assert found == values
    assert max(sizes) <= 1000


async def test_times_of_first_records(scene: Scene) -> None:
    """Of each partition asked for; past its end there is nothing to tell."""
    topic = await scene.topic(partitions=3)
    for partition in range(2):
        await scene.write(topic, b"a", b"b", b"c", partition=partition)
    records = await scene.read(topic)
    times = {(r.partition, r.offset): r.timestamp_ms for r in records}
    starts = {TopicPartition(topic, p): at for p, at in ((0, 0), (1, 2), (2, 0))}
    assert await scene.world.reader.times_at(starts) == {
        TopicPartition(topic, 0): times[0, 0],
        TopicPartition(topic, 1): times[1, 2],
    }
    assert await scene.world.reader.times_at({TopicPartition(topic, 0): 3}) == {}
    assert await scene.world.reader.times_at({}) == {}


async def test_one_record_is_had_by_its_place(scene: Scene) -> None:
    """Whatever its key; None where there is none, in any way."""
    topic = await scene.topic(partitions=2)
    await scene.write(topic, b"0", b"1", b"2", key=b"k", partition=1)
    at = scene.world.reader.at
    found = await at(topic, 1, 1)
    assert found is not None
    assert (found.offset, found.value) == (1, b"1")
    assert await at(topic, 1, 3) is None
    assert await at(topic, 0, 0) is None
    assert await at(topic, 7, 0) is None
    assert await at(f"{topic}.none", 0, 0) is None


async def test_a_record_says_whose_time_it_bears(scene: Scene) -> None:
    """The broker's, where the topic is declared so."""
    topic = await scene.topic(config={"message.timestamp.type": "LogAppendTime"})
    await scene.write(topic, b"v")
    assert [r.created for r in await scene.read(topic)] == [False]
