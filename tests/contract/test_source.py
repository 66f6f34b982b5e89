"""What a Source promises its Listener."""

from bus.record import Commit, Message, Record, TopicPartition
from tests.contract.world import Recorder, Scene


async def test_hands_over_all_in_order_after_the_assignment(scene: Scene) -> None:
    """Nothing arrives before `assigned` returned; order holds in each partition."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await scene.write(topic, *[b"%d" % i for i in range(50)], partition=partition)
    _, recorder = await scene.join([topic])
    await recorder.until_values(100)
    assert recorder.early == []
    for partition in range(2):
        offsets = [r.offset for r in recorder.got if r.partition == partition]
        assert offsets == list(range(50))


async def test_a_group_that_never_committed_stands_nowhere(scene: Scene) -> None:
    """Its position is below zero, and it begins at the earliest record."""
    topic = await scene.topic()
    await scene.write(topic, b"old")
    _, recorder = await scene.join([topic])
    await recorder.until_values(1)
    assert recorder.positions == {TopicPartition(topic, 0): Commit(-1, "")}


async def test_a_group_may_begin_at_the_end(scene: Scene) -> None:
    """With start=latest what was there before is not handed over."""
    topic = await scene.topic()
    await scene.write(topic, b"old")
    _, recorder = await scene.join([topic], start="latest")
    await recorder.until_owned(1)
    while not recorder.got:
        await scene.write(topic, b"new")
    assert set(recorder.values()) == {b"new"}


async def test_a_commit_comes_back_with_its_metadata(scene: Scene) -> None:
    """The next member begins there and is told what travelled with it."""
    topic = await scene.topic()
    await scene.write(topic, b"0", b"1", b"2", b"3")
    tp, committed = TopicPartition(topic, 0), Commit(3, "settled: 5-9 äö")
    source, recorder = await scene.join([topic])
    await recorder.until_values(4)
    recorder.got.clear()  # so that leaving commits nothing else
    await source.commit({tp: committed})
    await source.stop()
    _, second = await scene.join([topic])
    await second.until_values(1)
    assert second.positions == {tp: committed}
    assert second.values() == [b"3"]


async def test_stopping_revokes_and_commits_what_the_listener_says(
    scene: Scene,
) -> None:
    """A stop drains: the next member begins where this one ended."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await scene.write(topic, b"0", b"1", partition=partition)
    source, recorder = await scene.join([topic])
    await recorder.until_values(4)
    await source.stop()
    assert sorted(p for _, p in recorder.given) == [0, 1]
    _, second = await scene.join([topic])
    await second.until_owned(2)
    assert set(second.positions.values()) == {Commit(2, "after 1")}


async def test_two_members_share_and_miss_nothing(scene: Scene) -> None:
    """A joining member takes over where the other one was drained and committed."""
    topic = await scene.topic(partitions=4)
    for partition in range(4):
        await scene.write(topic, b"a%d" % partition, partition=partition)
    _, first = await scene.join([topic])
    await first.until_values(4)
    _, second = await scene.join([topic])
    await second.until_owned(2)
    await first.until_owned(2)
    assert not first.owned & second.owned
    for partition in range(4):
        await scene.write(topic, b"b%d" % partition, partition=partition)
    await second.until_values(2)
    await first.until_values(6)
    values = sorted(v or b"" for v in first.values() + second.values())
    assert values == [b"a0", b"a1", b"a2", b"a3", b"b0", b"b1", b"b2", b"b3"]
    assert {c.offset for c in second.positions.values()} == {1}


async def test_a_leaving_member_hands_on_its_partitions(scene: Scene) -> None:
    """What it had stays owned by exactly one."""
    topic = await scene.topic(partitions=2)
    source, first = await scene.join([topic])
    await first.until_owned(2)
    _, second = await scene.join([topic])
    await second.until_owned(1)
    await source.stop()
    await second.until_owned(2)
    await scene.write(topic, b"x", partition=0)
    await scene.write(topic, b"y", partition=1)
    await second.until_values(2)


async def test_a_member_expelled_while_draining_commits_nothing(scene: Scene) -> None:
    """Somebody else owns its partitions by then: it hears `lost`, and rejoins."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await scene.write(topic, b"0", partition=partition)
    source, slow = await scene.join([topic])
    await slow.until_values(2)
    slow.drain.clear()
    _, second = await scene.join([topic])
    await slow.until(lambda: slow.draining)
    await scene.world.expel(source)
    await second.until_owned(2)
    assert set(second.positions.values()) == {Commit(-1)}
    slow.drain.set()
    await slow.until(lambda: len(slow.missed) + len(slow.given) == 2)
    await slow.until_owned(1)
    await second.until_owned(1)
    taken_back = next(iter(slow.owned))
    assert slow.positions[taken_back] == Commit(1, "after 0")
    assert taken_back in second.given


async def test_a_late_commit_of_a_partition_that_went_is_left_out(
    scene: Scene,
) -> None:
    """It must not move the position under its new owner."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await scene.write(topic, b"0", b"1", partition=partition)
    source, first = await scene.join([topic])
    await first.until_values(4)
    _, second = await scene.join([topic])
    await second.until_owned(1)
    await first.until_owned(1)
    gone = next(iter(second.owned))
    await source.commit({gone: Commit(1, "too late")})
    lag = await scene.world.groups.lag(scene.name, [topic])
    assert lag[gone].committed == 2


async def test_a_pause_stops_one_partition_and_skips_nothing(scene: Scene) -> None:
    """Others flow on; after the resume the rest comes, in order, once."""
    topic = await scene.topic(partitions=2)
    paused, other = TopicPartition(topic, 0), TopicPartition(topic, 1)
    source, recorder = await scene.join([topic])
    await recorder.until_owned(2)
    numbers = [b"%d" % i for i in range(400)]
    await _soon(scene, paused, numbers[:200])
    await recorder.until_values(1)
    source.pause([paused])
    await source.commit({})  # commands keep their order: the pause holds now
    await _soon(scene, paused, numbers[200:])
    await _soon(scene, other, numbers)
    await recorder.until(lambda: len(_of(recorder.got, other)) == 400)
    held = _of(recorder.got, paused)
    assert held == numbers[: len(held)]
    assert len(held) < 400
    source.resume([paused])
    await recorder.until(lambda: len(_of(recorder.got, paused)) >= 400)
    assert _of(recorder.got, paused) == numbers


async def test_a_pause_asked_for_in_assigned_holds_from_the_first_record(
    scene: Scene,
) -> None:
    """A listener that knows at once can hold a partition before anything comes."""
    topic = await scene.topic(partitions=2)
    paused, other = TopicPartition(topic, 0), TopicPartition(topic, 1)
    await _soon(scene, paused, [b"held"])
    await _soon(scene, other, [b"flows"])
    source = scene.world.source(scene.name)
    recorder = Recorder(on_assigned=lambda _: source.pause([paused]))
    await source.start([topic], recorder)
    await recorder.until_values(1)
    await _soon(scene, other, [b"flows"])
    await recorder.until_values(2)
    assert recorder.values() == [b"flows", b"flows"]
    source.resume([paused])
    await recorder.until_values(3)
    await source.stop()


async def test_a_pause_does_not_outlive_its_assignment(scene: Scene) -> None:
    """A partition that went and came back flows, whatever was asked for before."""
    topic = await scene.topic(partitions=2)
    source, recorder = await scene.join([topic])
    await recorder.until_owned(2)
    source.pause(list(recorder.owned))
    guest, second = await scene.join([topic])
    await second.until_owned(1)
    await recorder.until_owned(1)
    kept, moved = next(iter(recorder.owned)), next(iter(second.owned))
    await guest.stop()
    await recorder.until_owned(2)
    await _soon(scene, kept, [b"held"])
    await _soon(scene, moved, [b"flows"])
    await recorder.until_values(1)
    source.resume([kept])
    await recorder.until_values(2)
    assert recorder.values() == [b"flows", b"held"]


async def test_more_topics_leave_the_others_undisturbed(scene: Scene) -> None:
    """A new topic is assigned; nothing is revoked, reading goes on."""
    old, new = await scene.topic(), await scene.topic()
    await scene.write(old, b"1")
    await scene.write(new, b"2")
    source, recorder = await scene.join([old])
    await recorder.until_values(1)
    source.subscribe([old, new])
    await recorder.until_values(2)
    await scene.write(old, b"3")
    await recorder.until_values(3)
    assert recorder.values() == [b"1", b"2", b"3"]
    assert recorder.given == []
    assert recorder.missed == []


async def test_fewer_topics_give_back_only_those(scene: Scene) -> None:
    """What is no longer wanted is revoked in good order."""
    kept, dropped = await scene.topic(), await scene.topic()
    source, recorder = await scene.join([kept, dropped])
    await recorder.until_owned(2)
    source.subscribe([kept])
    await recorder.until_owned(1)
    assert recorder.given == [TopicPartition(dropped, 0)]


async def test_no_topics_at_all_is_fine(scene: Scene) -> None:
    """A member may begin with nothing and get topics later."""
    topic = await scene.topic()
    await scene.write(topic, b"1")
    source, recorder = await scene.join([])
    source.subscribe([topic])
    await recorder.until_values(1)
    source.subscribe([])
    await recorder.until_owned(0)
    assert recorder.given == [TopicPartition(topic, 0)]


async def test_without_room_little_comes_and_rebalances_go_on(scene: Scene) -> None:
    """A listener that is full gets next to nothing, yet hears of a new member."""
    topic = await scene.topic(partitions=2)
    for partition in range(2):
        await _soon(scene, TopicPartition(topic, partition), [b"x"] * 600)
    source = scene.world.source(scene.name)
    full = Recorder(room=False)
    await source.start([topic], full)
    await full.until_owned(2)
    _, second = await scene.join([topic])
    await full.until_owned(1)
    assert len(full.got) < 100
    await second.until_values(600)
    full.room = True
    await scene.world.pass_time()
    await full.until(lambda: len(_offsets(full, full.owned)) == 600)
    await source.stop()


def _offsets(recorder: Recorder, partitions: set[TopicPartition]) -> set[int]:
    found = (r for r in recorder.got if r.topic_partition in partitions)
    return {r.offset for r in found}


async def _soon(scene: Scene, tp: TopicPartition, values: list[bytes]) -> None:
    for value in values:
        scene.world.publisher.publish_soon(
            Message(tp.topic, b"k", value, partition=tp.partition)
        )
    assert await scene.world.publisher.flush(20) == 0


def _of(records: list[Record], tp: TopicPartition) -> list[bytes | None]:
    return [r.value for r in records if r.topic_partition == tp]
