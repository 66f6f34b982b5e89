"""A process tells of itself: every few seconds, at once when it changes, at its end."""

from dataclasses import replace

from bus.adapters.memory.broker import MemoryBroker
from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.publisher import MemoryPublisher
from bus.delivery.presence import Presence, read_presence
from bus.record import TopicPartition
from bus.topics.topic import TopicState
from processors.delivery.announcing import Announcing

TOPIC = "bus.processes"


class Told:
    """What was told so far."""

    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.broker = MemoryBroker(self.clock)
        self.broker.create(TopicState(TOPIC, 1, 1))
        self.now = Presence(host="a", pid=1, programs=("fanout",), started_ms=0)
        self.announcing = Announcing(
            MemoryPublisher(self.broker), TOPIC, self.clock, lambda: self.now
        )

    def all(self) -> list[Presence]:
        """Each word, in order."""
        records = self.broker.log(TopicPartition(TOPIC, 0)).read(0, 1_000)
        return [said for r in records if (said := read_presence(r)) is not None]


async def test_the_same_is_said_every_few_seconds() -> None:
    """So that silence means something."""
    told = Told()
    for _ in range(11):
        told.announcing.say()
        await told.clock.advance(1)
    assert len(told.all()) == 3


async def test_a_change_is_said_at_once() -> None:
    """An open breaker is seen within a second, and so is that it closed."""
    told = Told()
    told.announcing.say()
    told.now = replace(told.now, breakers={"acme": "open"})
    told.announcing.say()
    told.announcing.say()
    told.now = replace(told.now, breakers={})
    told.announcing.say()
    assert [said.breakers for said in told.all()] == [{}, {"acme": "open"}, {}]


async def test_the_last_word() -> None:
    """A stop in good order is no silence."""
    told = Told()
    told.announcing.farewell()
    assert [said.stopped for said in told.all()] == [True]
