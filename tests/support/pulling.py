"""What takes files for a world in memory."""

import asyncio

from bus.adapters.memory import MemoryLogReader, MemoryPublisher
from processors.collecting.rounds import Tools
from processors.wiring.collecting import taker_for
from tests.support.converting import World


def file_tools(world: World) -> Tools:
    """Over the world's broker."""
    reader, publisher = MemoryLogReader(world.broker), MemoryPublisher(world.broker)
    made = reader, publisher, world.topology, world.clock, world.observer
    return Tools(taker_for(*made), world.clock, world.observer, asyncio.Semaphore(2))
