"""What tests can do to the broker in memory."""

import asyncio

import pytest

from bus.adapters.memory import (
    Fault,
    MemoryBroker,
    MemoryClock,
    MemoryGroups,
    MemoryLogReader,
    MemoryPublisher,
    MemorySource,
    settle,
)
from bus.errors import BrokerUnavailableError, PublishError
from bus.record import Commit, Message, TopicPartition
from bus.topics.topic import TopicState
from tests.contract.world import Recorder

TP = TopicPartition("t", 0)


@pytest.fixture
def clock() -> MemoryClock:
    """A clock that stands still."""
    return MemoryClock()


@pytest.fixture
def broker(clock: MemoryClock) -> MemoryBroker:
    """A broker with a topic of two partitions."""
    broker = MemoryBroker(clock)
    broker.create(TopicState("t", 2, 1))
    return broker


def message(value: bytes) -> Message:
    """One for the first partition."""
    return Message("t", b"k", value, partition=0)


async def member(broker: MemoryBroker) -> tuple[MemorySource, Recorder]:
    """A member of the group."""
    source, recorder = MemorySource(broker, "g"), Recorder()
    await source.start(["t"], recorder)
    await settle()
    return source, recorder


@pytest.mark.parametrize(("fault", "written"), [(Fault.REFUSE, 0), (Fault.LOSE_ACK, 1)])
async def test_faults_are_retriable_errors(
    broker: MemoryBroker, fault: Fault, written: int
) -> None:
    """Whether the record was written or not, the caller cannot tell."""
    broker.faults = lambda _: fault
    publisher = MemoryPublisher(broker)
    with pytest.raises(PublishError) as caught:
        await publisher.publish(message(b"x"))
    assert caught.value.retriable
    publisher.publish_soon(message(b"y"))
    assert publisher.failures == 1
    assert broker.log(TP).end == 2 * written


async def test_while_down_writes_wait_and_keep_their_order(
    broker: MemoryBroker, clock: MemoryClock
) -> None:
    """They are acknowledged when it is back; until then a flush misses them."""
    publisher = MemoryPublisher(broker)
    broker.down()
    waiting = [asyncio.ensure_future(publisher.publish(message(b"1")))]
    publisher.publish_soon(message(b"2"))
    flushing = asyncio.ensure_future(publisher.flush(5))
    await clock.advance(6)
    assert await flushing == 2
    broker.up()
    await asyncio.gather(*waiting)
    assert [r.value for r in broker.log(TP).read(0, 9)] == [b"1", b"2"]
    assert await publisher.flush(5) == 0


async def test_while_down_nothing_is_read_or_committed(broker: MemoryBroker) -> None:
    """A member stays one, and goes on when the broker is back."""
    source, recorder = await member(broker)
    broker.append(message(b"1"))
    broker.down()
    await settle()
    assert recorder.got == []
    with pytest.raises(BrokerUnavailableError):
        await source.commit({TP: Commit(1)})
    with pytest.raises(BrokerUnavailableError):
        await MemoryGroups(broker).members("g")
    broker.up()
    await settle()
    assert recorder.values() == [b"1"]
    await source.stop()


async def test_a_killed_member_is_missed_after_its_session(
    broker: MemoryBroker, clock: MemoryClock
) -> None:
    """It says and commits nothing; its heir begins where it had committed."""
    broker.append(message(b"0"))
    broker.append(message(b"1"))
    killed, victim = await member(broker)
    await killed.commit({TP: Commit(1, "mine")})
    killed.kill()
    source, heir = await member(broker)
    await clock.advance(5)
    assert TP not in heir.positions
    await clock.advance(1)
    assert heir.positions[TP] == Commit(1, "mine")
    assert heir.values() == [b"1"]
    assert (victim.given, victim.missed) == ([], [])
    await source.stop()


async def test_gaps_and_trimmed_records_are_passed_over(broker: MemoryBroker) -> None:
    """As transaction markers and retention leave them."""
    for value in (b"0", b"1"):
        broker.append(message(value))
    broker.log(TP).leave_gap(2)
    broker.append(message(b"4"))
    broker.log(TP).trim(1)
    source, recorder = await member(broker)
    assert [(r.offset, r.value) for r in recorder.got] == [(1, b"1"), (4, b"4")]
    assert recorder.positions[TP] == Commit(-1)
    reader = MemoryLogReader(broker)
    batches = [batch async for batch in reader.read("t", start={0: 2})]
    assert [r.offset for batch in batches for r in batch] == [4]
    await source.stop()


async def test_a_deleted_topic_takes_its_positions_along(broker: MemoryBroker) -> None:
    """Made again, it begins anew, and nobody owns what is gone."""
    broker.append(message(b"0"))
    source, recorder = await member(broker)
    await source.commit({TP: Commit(1)})
    broker.delete("t")
    await settle()
    assert recorder.owned == set()
    broker.create(TopicState("t", 2, 1))
    broker.append(message(b"new"))
    await settle()
    assert recorder.values() == [b"0", b"new"]
    await source.stop()
