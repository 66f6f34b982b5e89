"""Who runs: what every process last said of itself."""

from collections.abc import Sequence
from typing import Protocol

from bus.delivery.presence import FORGOTTEN_AFTER_S, Presence, present, read_presence
from bus.ports import Clock, LogReader
from bus.topics.topology import Topology


class Speakers(Protocol):
    """Where to read it; a `World` is one."""

    @property
    def reader(self) -> LogReader:
        """Reads."""
        ...

    @property
    def topology(self) -> Topology:
        """Where."""
        ...

    @property
    def clock(self) -> Clock:
        """When."""
        ...


async def processes(where: Speakers) -> Sequence[Presence]:
    """The newest word of each process that is there.

    Raises:
        BrokerUnavailableError: no answer.
    """
    now_ms = int(where.clock.now() * 1000)
    since_ms = now_ms - int(FORGOTTEN_AFTER_S * 1000)
    said = [
        presence
        async for batch in where.reader.read(
            where.topology.processes, since_ms=since_ms
        )
        for record in batch
        if (presence := read_presence(record)) is not None
    ]
    return present(said, now_ms)
