"""Keys in a world in memory: several processes over one broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from bus.access.audit import Change
from bus.access.digests import ServerKeys
from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from processors.access.table import KeyTable
from processors.access.trail import TopicAudit, Trail
from processors.access.world import KeysWorld
from processors.access.writer import KeyWriter
from tests.support.worlds import Randomness, Worlds

TOPIC = "bus.keys"
SERVER = ServerKeys.of([b"s" * 32])


class HeldAudit:
    """Fulfils `processors.access.trail.Audit`: remembers every change."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    async def record(self, change: Change) -> None:
        """Remember it."""
        self.changes.append(change)


class Access(NamedTuple):
    """What one process has to do with keys."""

    table: KeyTable
    writer: KeyWriter
    world: KeysWorld
    problems: list[tuple[str, str]]


@asynccontextmanager
async def open_access(
    worlds: Worlds, seed: int = 1, server: ServerKeys = SERVER
) -> AsyncIterator[Access]:
    """Keys as one process knows them; `seed` makes its randomness its own."""
    problems: list[tuple[str, str]] = []
    table = KeyTable(
        MemoryLogReader(worlds.broker),
        worlds.clock,
        on_problem=lambda name, why: problems.append((name, why)),
    )
    publisher, random_bytes = MemoryPublisher(worlds.broker), Randomness(seed)
    audit = TopicAudit(publisher, worlds.clock, worlds.topology.audit)
    trail = Trail(audit, "cli:ada", "desk-7")
    writer = KeyWriter(publisher, table, server, worlds.clock, random_bytes, trail)
    world = KeysWorld(
        table=table, writer=writer, server_keys=server, trail=trail, clock=worlds.clock
    )
    async with table:
        yield Access(table, writer, world, problems)
