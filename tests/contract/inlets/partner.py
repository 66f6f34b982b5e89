"""A partner that listens."""

import asyncio
from dataclasses import dataclass, field

from bus.delivery.endpoint import kind_of
from bus.receiving import Arrival, Reaction
from bus.sending import Sink
from processors.sinks import Sinks
from tests.support.pace import patience

_OK = Reaction(200)


@dataclass
class Partner:
    """Takes what arrives, and says of it what it is told to."""

    says: Reaction = _OK
    arrivals: list[Arrival] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, arrival: Arrival) -> Reaction:
        """See `bus.receiving.Take`."""
        self.arrivals.append(arrival)
        self.came.set()
        return self.says

    async def next(self) -> Arrival:
        """The next one that arrives."""
        async with asyncio.timeout(patience(20)):
            await self.came.wait()
        self.came.clear()
        return self.arrivals[-1]


def sink_for(sinks: Sinks, url: str) -> Sink:
    """The sink of a URL's kind."""
    found = sinks.of(kind_of(url))
    assert not isinstance(found, str), found
    return found
