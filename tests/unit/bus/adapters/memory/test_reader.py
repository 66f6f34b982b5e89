"""What only a reader in memory can be brought to."""

from collections.abc import AsyncGenerator, Mapping

from bus.adapters.memory import MemoryBroker, MemoryClock
from bus.adapters.memory.reader import MemoryLogReader
from bus.record import Expired, Message, TopicPartition
from bus.topics.topic import TopicState


async def test_a_follower_tells_what_it_will_never_see() -> None:
    """Who builds a table from a topic has to know that some of it is missing."""
    broker = MemoryBroker(MemoryClock())
    broker.create(TopicState("t", 1, 1))
    told: list[tuple[str, Mapping[str, object]]] = []
    reader = MemoryLogReader(broker, lambda *event: told.append(event))
    broker.append(Message("t", b"k", b"0"))
    batches = reader.follow("t")
    assert isinstance(batches, AsyncGenerator)
    assert len(await anext(batches)) == 1
    for value in (b"1", b"2", b"3"):
        broker.append(Message("t", b"k", value))
    tp = TopicPartition("t", 0)
    broker.expire(tp, 3)
    assert [record.offset for record in await anext(batches)] == [3]
    assert told == [("kafka.expired", {"gone": Expired(tp, 3), "lost": 2})]
    await batches.aclose()
