"""What a Publisher promises."""

import asyncio
import os

import pytest

from bus.errors import Heals, PublishError
from bus.record import Message
from bus.topics.partitioning import partition_of
from tests.contract.world import Scene


async def test_keeps_the_order_of_calls_within_a_partition(scene: Scene) -> None:
    """Records stand in the order they were handed over, though none was awaited."""
    topic = await scene.topic()
    values = [b"%d" % i for i in range(500)]
    publish = scene.world.publisher.publish
    written = await asyncio.gather(*(publish(Message(topic, b"k", v)) for v in values))
    assert [w.offset for w in written] == list(range(500))
    assert [r.value for r in await scene.read(topic)] == values


async def test_puts_a_key_where_java_clients_put_it(scene: Scene) -> None:
    """The key decides the partition by murmur2."""
    topic = await scene.topic(partitions=7)
    for i in range(40):
        key = b"order-%d" % i
        written = await scene.world.publisher.publish(Message(topic, key, b""))
        assert written.partition == partition_of(key, 7)


async def test_obeys_an_explicit_partition(scene: Scene) -> None:
    """A partition that is given beats the key."""
    topic = await scene.topic(partitions=3)
    message = Message(topic, b"same", b"v", partition=2)
    assert (await scene.world.publisher.publish(message)).partition == 2


async def test_leaves_bytes_and_headers_untouched(scene: Scene) -> None:
    """Any bytes, empty ones and repeated header names come out as they went in."""
    topic = await scene.topic()
    sent = Message(
        topic,
        b"\x00\xff key",
        bytes(range(256)),
        (("a", b"1"), ("a", b"\xfe\xff"), ("empty", b""), ("ü", b"2")),
    )
    await scene.world.publisher.publish(sent)
    (record,) = await scene.read(topic)
    assert (record.key, record.value, record.headers) == sent[1:4]


async def test_tells_a_tombstone_from_an_empty_value(scene: Scene) -> None:
    """None stays None and empty stays empty, for key and value."""
    topic = await scene.topic()
    await scene.world.publisher.publish(Message(topic, b"", None))
    await scene.world.publisher.publish(Message(topic, None, b""))
    records = await scene.read(topic)
    assert [(r.key, r.value) for r in records] == [(b"", None), (None, b"")]


async def test_a_partition_that_is_not_there_is_an_error_to_await(scene: Scene) -> None:
    """Publishing where nothing can be written raises when awaited, not before."""
    topic = await scene.topic()
    waiting = scene.world.publisher.publish(Message(topic, b"k", b"v", partition=9))
    with pytest.raises(PublishError) as caught:
        await waiting
    assert caught.value.topic == topic
    assert caught.value.heals is Heals.HAND


async def test_publish_soon_is_written_by_the_flush(scene: Scene) -> None:
    """What nobody waits for is there after a flush, which then misses nothing."""
    topic = await scene.topic()
    for i in range(100):
        scene.world.publisher.publish_soon(Message(topic, b"k", b"%d" % i))
    assert await scene.world.publisher.flush(10) == 0
    assert len(await scene.read(topic)) == 100


async def test_what_is_larger_than_its_topic_takes_is_never_written(
    scene: Scene,
) -> None:
    """Nothing heals that; what is small enough still is written."""
    topic = await scene.topic(config={"max.message.bytes": "2000"})
    publish = scene.world.publisher.publish
    with pytest.raises(PublishError) as caught:
        await publish(Message(topic, b"k", os.urandom(5_000)))  # not to be compressed
    assert (caught.value.topic, caught.value.heals) == (topic, Heals.NOTHING)
    await publish(Message(topic, b"k", b"v"))
    assert [r.value for r in await scene.read(topic)] == [b"v"]


async def test_what_cannot_be_compacted_is_never_written(scene: Scene) -> None:
    """A compacted topic takes no record without a key, however often it is asked."""
    topic = await scene.topic(config={"cleanup.policy": "compact"})
    with pytest.raises(PublishError) as caught:
        await scene.world.publisher.publish(Message(topic, None, b"v"))
    assert caught.value.heals is Heals.NOTHING


async def test_failures_that_nobody_waits_for_are_counted(scene: Scene) -> None:
    """The attempt log says how much of it is missing."""
    topic = await scene.topic(config={"max.message.bytes": "2000"})
    publisher, before = scene.world.publisher, scene.world.publisher.failures
    publisher.publish_soon(Message(topic, b"k", os.urandom(5_000)))
    assert await publisher.flush(10) == 0
    assert publisher.failures == before + 1
