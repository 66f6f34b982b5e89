"""Rules opened for a command: both topics followed, and read to their end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bus.intake.rules.lines import Line
from processors.rules.lookups import LookupTable
from processors.rules.table import RuleTable
from processors.rules.world import RulesWorld
from processors.rules.writer import RuleWriter
from processors.subscriptions.world import World

READ_S = 60.0


def rules_world(world: World, shipped: Sequence[Line]) -> RulesWorld:
    """Put together what works with rules; its two tables have to be followed."""
    topology = world.topology
    table = RuleTable(world.reader, world.clock, shipped, topic=topology.rules)
    lookups = LookupTable(world.reader, world.clock, topic=topology.lookups)
    return RulesWorld(
        table=table,
        lookups=lookups,
        writer=RuleWriter(world.publisher, table, world.clock, world.trail),
        publisher=world.publisher,
        reader=world.reader,
        topology=topology,
        trail=world.trail,
        clock=world.clock,
    )


@asynccontextmanager
async def open_rules(
    world: World, shipped: Sequence[Line]
) -> AsyncIterator[RulesWorld]:
    """Follow rules and lookup tables, read to their end.

    Raises:
        BrokerUnavailableError: Nothing came of one of them for too long.
    """
    rules = rules_world(world, shipped)
    async with rules.table, rules.lookups:
        await rules.table.loaded()
        await rules.lookups.loaded()
        yield rules
