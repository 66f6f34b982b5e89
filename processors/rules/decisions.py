"""Decisions on parked orders, out of their topic."""

from collections.abc import Sequence
from contextlib import suppress

from bus.errors import DecodeError
from bus.intake.parked.decisions import Entry
from bus.intake.parked.records import read_parked
from bus.intake.rules.decided import decisions
from bus.intake.rules.learning import Decision
from processors.rules.world import RulesWorld


async def read_decisions(rules: RulesWorld) -> Sequence[Decision]:
    """All that was decided, as far back as Kafka keeps it.

    Raises:
        OrderbusError: The topic cannot be read.
    """
    entries: list[Entry] = []
    async for batch in rules.reader.read(rules.topology.parked):
        for record in batch:
            with suppress(DecodeError):  # its own program tells of it
                entries.append(read_parked(record))
    return decisions(entries)
