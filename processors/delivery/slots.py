"""How many attempts a process has under way, shared out among its subscriptions."""

import asyncio
from typing import Protocol


class Taker(Protocol):
    """A subscription that wants slots."""

    in_flight: int

    def pump(self) -> None:
        """Start what may start."""
        ...


class Slots:
    """At most `limit` attempts at once, but always `floor` for each subscription.

    Endpoints that hang can use up the limit; the floor keeps the others going.
    Who finds no slot is called when one is free, in turn.
    """

    __slots__ = ("_asking", "_giving", "_limit", "_waiting", "floor", "in_use")

    def __init__(self, limit: int, floor: int = 4) -> None:
        self._limit = limit
        self.floor = floor
        self.in_use = 0
        self._waiting: dict[Taker, None] = {}
        self._asking: dict[Taker, None] = {}
        self._giving = False

    def take(self, taker: Taker) -> bool:
        """Take a slot; without one the taker is called once it is its turn."""
        if self.in_use >= self._limit and taker.in_flight >= self.floor:
            self._waiting[taker] = None
            return False
        self.in_use += 1
        return True

    def give(self) -> None:
        """Give a slot back and let the first that waits have it."""
        self.in_use -= 1
        if self._giving:
            return  # by one that was just called: the call below goes on
        self._giving = True
        try:
            while self._waiting and self.in_use < self._limit:
                first = next(iter(self._waiting))
                del self._waiting[first]
                first.pump()
        finally:
            self._giving = False

    def soon(self, taker: Taker) -> None:
        """Call a taker in the next turn of the loop, once, however often it is asked.

        What one turn brings, a batch of records or of answers, begins in one go: its
        posts leave together, and who receives them is not woken for each.
        """
        if not self._asking:
            asyncio.get_running_loop().call_soon(self._call)
        self._asking[taker] = None

    def _call(self) -> None:
        asking, self._asking = self._asking, {}
        for taker in asking:
            taker.pump()
