"""Events at a steady rate: many orders under way at once, each in its own order."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bus.errors import PublishError
from bus.event import Event
from bus.samples.lifecycles import lifecycle
from tests.faults.witness import Witness
from tests.support.bus import CLOCK, Bus
from tests.support.orders import STARTED

_ORDERS = 60


@dataclass
class Stream:
    """Writes events of ever new orders, `rate` a second."""

    bus: Bus
    seed: int
    rate: float
    failed: int = 0
    _number: int = 0
    _writing: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin the orders."""
        self._rng = random.Random(self.seed)  # noqa: S311 - not a secret
        self._orders = [self._order() for _ in range(_ORDERS)]

    async def run(self, witness: Witness) -> None:
        """Write until cancelled; late ticks are made up for."""
        began, written = CLOCK.monotonic(), 0
        while True:
            due = int((CLOCK.monotonic() - began) * self.rate)
            for _ in range(due - written):
                self._write(self._next(), witness)
            written = due
            await CLOCK.sleep(1 / self.rate)

    async def flush(self) -> None:
        """Wait for the acknowledgements."""
        await asyncio.gather(*self._writing)

    def _write(self, event: Event, witness: Witness) -> None:
        witness.written(event, CLOCK.now())
        task = asyncio.create_task(self._acknowledged(event, witness))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _acknowledged(self, event: Event, witness: Witness) -> None:
        try:
            await self.bus.produce([event])
        except PublishError:
            self.failed += 1  # it may stand there nevertheless
        else:
            witness.acknowledged(event.id)

    def _next(self) -> Event:
        lane = self._rng.randrange(_ORDERS)
        event = next(self._orders[lane], None)
        if event is None:
            self._orders[lane] = self._order()
            event = next(self._orders[lane])
        return event

    def _order(self) -> Iterator[Event]:
        self._number += 1
        return iter(lifecycle(self.seed * 1_000_000 + self._number, STARTED, 0))
