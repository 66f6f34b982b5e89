"""What is worked with on rules; made in `processors.wiring`."""

from dataclasses import dataclass, replace
from typing import Self

from bus.intake.rules.memory import Memory
from bus.ports import Clock, LogReader, Publisher
from bus.topics.topology import Topology
from processors.access.trail import Trail
from processors.rules.lookups import LookupTable, LookupWriter
from processors.rules.table import RuleTable
from processors.rules.writer import RuleWriter


@dataclass(frozen=True, kw_only=True)
class RulesWorld:
    """Rules and lookup tables, followed already, and what changes them."""

    table: RuleTable
    lookups: LookupTable
    writer: RuleWriter
    publisher: Publisher
    reader: LogReader
    topology: Topology
    trail: Trail
    clock: Clock

    def by(self, trail: Trail) -> Self:
        """The same world, what is done in it somebody else's."""
        return replace(self, trail=trail, writer=self.writer.by(trail))

    @property
    def rows(self) -> LookupWriter:
        """What writes rows of lookup tables."""
        return LookupWriter(self.publisher, self.lookups, self.trail)

    def memory(self) -> Memory:
        """A memory that knows the lookup tables, and nothing of what came before."""
        return Memory(tables=self.lookups.table)

    async def ready(self) -> None:
        """Return once both topics were read to their end."""
        await self.table.ready()
        await self.lookups.ready()
