"""Tallies are written when they change, and read by who adds them up."""

import asyncio

from bus.adapters.memory import Fault, settle
from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.intake.health import words
from bus.record import Message
from processors.tallying.table import TallyTable
from processors.tallying.tallies import MOST, Tallies
from processors.tallying.writing import EVERY_S, TallyWriter
from tests.support.worlds import Worlds


class Desk:
    """A process that counts, and a table that follows."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds, clock = worlds, worlds.clock
        worlds.broker.up()
        self.tallies = Tallies(clock)
        self.topic = worlds.topology.tallies
        self.publisher = MemoryPublisher(worlds.broker)
        self.writer = TallyWriter(
            self.tallies, self.publisher, clock, topic=self.topic, process="door@a:1"
        )
        self.table = TallyTable(MemoryLogReader(worlds.broker), clock, self.topic)

    @property
    def written(self) -> int:
        """How many records there are."""
        return len(self.worlds.records(self.topic))


async def test_what_changed_is_written_and_nothing_else(worlds: Worlds) -> None:
    """Every fifteen seconds; a source that is quiet costs nothing."""
    desk = Desk(worlds)
    running = asyncio.create_task(desk.writer.run())
    async with desk.table:
        desk.tallies.count("shop-eu", words.CAME)
        desk.tallies.count("edi", words.CAME)
        await worlds.clock.advance(EVERY_S + 1)
        await settle()
        assert desk.written == 2
        desk.tallies.answered("shop-eu", 0.2)
        await worlds.clock.advance(4 * EVERY_S)
        await settle()
        assert desk.written == 3
        (seen,) = desk.table.of("shop-eu")
        assert seen.total == {"came": 1, "answer": 1}
    running.cancel()


async def test_what_is_not_written_is_written_next_time(worlds: Worlds) -> None:
    """Kafka away takes nothing of what was counted."""
    desk = Desk(worlds)
    worlds.broker.faults = lambda _: Fault.REFUSE
    desk.tallies.count("shop-eu", words.CAME)
    await desk.writer.write()
    assert desk.written == 0
    worlds.broker.faults = lambda _: None
    await desk.writer.write()
    await desk.writer.write()
    assert desk.written == 1


async def test_a_word_of_nobody_is_passed_over(worlds: Worlds) -> None:
    """What cannot be read is not the end of what can."""
    desk = Desk(worlds)
    async with desk.table:
        for key, value in ((b"shop-eu", b"{}"), (b"a/b", b"no"), (b"a/c", b"[]")):
            await desk.publisher.publish(Message(desk.topic, key, value, (), 0))
        desk.tallies.count("shop-eu", words.CAME)
        await desk.writer.write()
        await settle()
        assert len(desk.table.of("shop-eu")) == 1
        assert not desk.table.of("a")


def test_sources_are_bounded(worlds: Worlds) -> None:
    """One too many is counted for nobody."""
    tallies = Tallies(worlds.clock)
    for number in range(MOST + 5):
        tallies.count(f"s-{number}", words.CAME)
    assert len(tallies.of) == MOST
