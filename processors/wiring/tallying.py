"""What a process counts of sources, written down as long as it runs."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from bus.ports import Clock, Publisher
from bus.topics.topology import Topology
from processors.tallying.tallies import Tallies
from processors.tallying.writing import TallyWriter

_UNIQUE_BYTES = 4


class _Writes(Protocol):
    """What has all that writing needs."""

    @property
    def publisher(self) -> Publisher: ...
    @property
    def topology(self) -> Topology: ...
    @property
    def clock(self) -> Clock: ...


@asynccontextmanager
async def writing_tallies(
    tallies: Tallies, world: _Writes, role: str
) -> AsyncIterator[None]:
    """Write them every few seconds, and once in the end, as far as Kafka takes it."""
    unique = os.urandom(_UNIQUE_BYTES).hex()
    writer = TallyWriter(
        tallies,
        world.publisher,
        world.clock,
        topic=world.topology.tallies,
        process=f"{role}@{socket.gethostname()}:{os.getpid()}-{unique}",
    )
    task = asyncio.create_task(writer.run(), name="tallies")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await writer.write()
