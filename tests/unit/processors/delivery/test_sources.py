"""New source topics are read while the programs run."""

import asyncio
from collections.abc import Sequence

import pytest

from bus.adapters.memory import MemoryTopics
from bus.errors import ConfigurationError
from bus.topics.topology import Topology
from processors.delivery.sources import LOOK_S, SourceWatch
from processors.telemetry import names
from tests.support.bus import ROOT
from tests.support.engine import MemoryBus

TEXT = (ROOT / "deploy" / "topics.yaml").read_text(encoding="utf-8")
MORE = TEXT.replace("    oms.order: {}\n", "    oms.order: {}\n    oms.returns: {}\n")


class Declared:
    """A declaration that changes, and the topics that were taken on."""

    def __init__(self, bus: MemoryBus) -> None:
        self.text = TEXT
        self.added: list[str] = []
        self.bus = bus
        known = Topology.parse(TEXT).sources
        self.watch = SourceWatch(
            lambda: Topology.parse(self.text),
            MemoryTopics(bus.broker),
            bus.clock,
            bus.observer,
            self.add,
            known,
        )

    def add(self, topics: Sequence[str]) -> None:
        """Take them on."""
        self.added += topics

    def create(self, name: str) -> None:
        """Make a declared topic."""
        (topic,) = [t for t in Topology.parse(MORE).fixed() if t.name == name]
        self.bus.broker.create(topic)


@pytest.fixture
def declared() -> Declared:
    """On a broker in memory."""
    return Declared(MemoryBus())


async def test_a_new_source_is_taken_once_it_is_there(declared: Declared) -> None:
    """Not before it was made: nobody may subscribe to what is not there."""
    declared.text = MORE
    await declared.watch.look()
    assert declared.added == []
    declared.create("oms.returns")
    await declared.watch.look()
    await declared.watch.look()
    assert declared.added == ["oms.returns"]


async def test_what_is_broken_meanwhile_is_said_once(declared: Declared) -> None:
    """A file in the middle of an edit stops nothing; the next look may find it good."""
    declared.text = "sources: ["
    with pytest.raises(ConfigurationError):
        await declared.watch.look()
    running = asyncio.create_task(declared.watch.run())
    for _ in range(3):
        await declared.bus.clock.advance(LOOK_S)
    declared.create("oms.returns")
    declared.text = MORE
    await declared.bus.clock.advance(LOOK_S)
    running.cancel()
    said = [name for name, _ in declared.bus.observer.notes]
    assert said == [names.DECLARATION_UNREADABLE, names.SOURCES_ADDED]
    assert declared.added == ["oms.returns"]
