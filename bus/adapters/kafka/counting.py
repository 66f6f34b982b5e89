"""How many members groups have: one question for all who ask about the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeAlias

from bus.errors import OrderbusError

FRESH_S = 1.0
"""How long an answer holds: a screen asks for several groups in a row."""
_REMEMBERED_S = 30.0

Counts: TypeAlias = Mapping[str, int | OrderbusError]
"""How many members each group has, or why nobody can say."""


class Counting:
    """Asks `ask` for groups, and for those together that were asked for lately.

    A question starts a process, so that what asks for three groups every few seconds
    must not start three. `now` is a monotonic clock.
    """

    def __init__(
        self,
        ask: Callable[[Collection[str]], Awaitable[Counts]],
        *,
        fresh_s: float = FRESH_S,
        now: Callable[[], float] = time.monotonic,  # noqa: TID251 - brokers know no Clock
    ) -> None:
        self._ask = ask
        self._fresh_s = fresh_s
        self._now = now
        self._wanted: dict[str, float] = {}
        self._known: dict[str, tuple[float, int | OrderbusError]] = {}
        self._turn = asyncio.Lock()

    async def members(self, group: str) -> int:
        """Return how many there are, no older than when this was called, or fresh.

        Raises:
            OrderbusError: nobody can say, and why.
        """
        asked_at = self._now()
        self._wanted[group] = asked_at
        async with self._turn:
            known = self._known.get(group)
            if known is None or known[0] < asked_at - self._fresh_s:
                await self._question()
                known = self._known[group]
        if isinstance(known[1], OrderbusError):
            raise known[1]
        return known[1]

    async def _question(self) -> None:
        """Ask for all that are wanted; what was true is counted from the question."""
        at = self._now()
        oldest = at - _REMEMBERED_S
        self._wanted = {g: asked for g, asked in self._wanted.items() if asked > oldest}
        # A copy: others ask for more while it is under way.
        found = await self._ask(tuple(self._wanted))
        self._known = {group: (at, answer) for group, answer in found.items()}
