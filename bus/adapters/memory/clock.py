"""A clock that stands still until it is told to move."""

import asyncio
import heapq
from itertools import count

_SETTLE_LIMIT = 10_000


class MemoryClock:
    """`bus.ports.Clock` whose time passes only in `advance`."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now
        self._began = now
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._now - self._began

    async def sleep(self, delay_s: float) -> None:
        """Return once the clock was advanced by `delay_s` seconds."""
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._now + max(delay_s, 0)
        heapq.heappush(self._sleepers, (due, next(self._order), waker))
        await waker

    async def advance(self, delay_s: float) -> None:
        """Let time pass: sleepers wake in order, each at its own time.

        Before the next one wakes, all tasks run until they wait again.
        """
        until = self._now + delay_s
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            due, _, waker = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not waker.done():
                waker.set_result(None)
                await settle()
        self._now = until

    def next_due(self) -> float | None:
        """When the next sleeper wakes, seconds since the epoch."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None


async def turns(count: int) -> None:
    """Let the loop turn so many times."""
    for _ in range(count):
        await asyncio.sleep(0)  # noqa: TID251 - yields, no time passes


async def settle() -> None:
    """Let all tasks run until each waits for time, I/O or another task."""
    ready = getattr(asyncio.get_running_loop(), "_ready", None)
    for _ in range(_SETTLE_LIMIT):
        await asyncio.sleep(0)  # noqa: TID251 - yields, no time passes
        if ready is not None and not ready:
            return
