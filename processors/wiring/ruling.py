"""The rules of a process of convert: their tables, and what came before it."""

import asyncio
from contextlib import AsyncExitStack

from bus.client.rules import shipped_lines
from bus.intake.rules.memory import Memory
from processors.convert.reading import Sources
from processors.convert.ruling import Ruling
from processors.convert.warming import Warming
from processors.rules.lookups import LookupTable
from processors.rules.table import RuleTable
from processors.telemetry import convert_names
from processors.telemetry.observer import Telemetry
from processors.wiring.convert_world import ConvertWorld

_WARMED_WITHIN_S = 5.0


class Rules:
    """`table` and `lookups` have to be followed; `ruling` judges by them."""

    def __init__(
        self, world: ConvertWorld, telemetry: Telemetry, sources: Sources
    ) -> None:
        self._world = world
        self._telemetry = telemetry
        self.table = RuleTable(
            world.reader,
            world.clock,
            shipped_lines(world.settings.schemas_dir),
            topic=world.topology.rules,
            on_problem=self._unreadable,
        )
        self.lookups = LookupTable(
            world.reader,
            world.clock,
            topic=world.topology.lookups,
            on_problem=self._unreadable,
        )
        memory = Memory(tables=self.lookups.table)
        self.ruling = Ruling(lambda: self.table.book, memory, sources)

    async def warm(self, stack: AsyncExitStack) -> None:
        """Begin to remember what came before; what is newest is waited for.

        It goes on beside the work, and ends with the stack.
        """
        world = self._world
        warming = Warming(world.reader, world.schemas, self.ruling, world.clock)
        task = asyncio.create_task(warming.run(), name="warming")
        stack.callback(task.cancel)
        await warming.newest(_WARMED_WITHIN_S)

    def _unreadable(self, key: str, why: str) -> None:
        self._telemetry.note(convert_names.RULE_UNREADABLE, rule=key, why=why)
