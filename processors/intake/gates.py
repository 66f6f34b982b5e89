"""How many submissions of a source are taken at once, and how fast.

Each source has its own: one that sends too much waits, or is put off, alone.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bus.delivery.rate import Bucket
from bus.intake.sources import Source
from bus.ports import Clock
from processors.intake.outages import Outages

_WAITING = 4
"""How many may wait for their turn, for each that may be under way."""


class CrowdedError(Exception):
    """There is no room for one more, or not in time."""


class Gate:
    """Of one source; `outages` are how writing to its topic goes."""

    def __init__(self, source: Source, clock: Clock, partitions: int = 1) -> None:
        """`partitions` are those of its topic."""
        self.source = source
        self.outages = Outages(partitions)
        self._clock = clock
        self._inside = 0
        self._turns: deque[asyncio.Future[None]] = deque()
        self._bucket = self._made_bucket()

    def change(self, source: Source) -> None:
        """Go by other limits from now on."""
        old, self.source = self.source, source
        if (old.rate, old.burst) != (source.rate, source.burst):
            self._bucket = self._made_bucket()

    @asynccontextmanager
    async def entered(self, wait_s: float) -> AsyncIterator[None]:
        """Inside it one is under way; waits for its turn at most so long.

        Raises:
            CrowdedError: it does not come.
        """
        try:
            async with asyncio.timeout(wait_s or None):
                await self._turn(waits=wait_s > 0)
                try:
                    await self._pace(waits=wait_s > 0)
                except BaseException:
                    self._leave()
                    raise
        except TimeoutError:
            raise CrowdedError from None
        try:
            yield
        finally:
            self._leave()

    async def _turn(self, *, waits: bool) -> None:
        if self._inside < self.source.concurrency:
            self._inside += 1
            return
        if not waits or len(self._turns) >= _WAITING * self.source.concurrency:
            raise CrowdedError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        try:
            await turn  # who leaves hands its place over
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    async def _pace(self, *, waits: bool) -> None:
        if self._bucket is None:
            return
        while not self._bucket.take(now := self._clock.monotonic()):
            if not waits:
                raise CrowdedError
            await self._clock.sleep(self._bucket.next_chance(now) - now)

    def _leave(self) -> None:
        while self._turns and self._inside <= self.source.concurrency:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._inside -= 1

    def _made_bucket(self) -> Bucket | None:
        source = self.source
        if source.rate is None:
            return None
        burst = None if source.burst is None else float(source.burst)
        return Bucket(source.rate, self._clock.monotonic(), burst)
