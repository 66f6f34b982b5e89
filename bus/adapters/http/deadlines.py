"""Deadlines of many exchanges at the price of two set operations each.

A timer for each would cost a heap operation to set and another to cancel, though
nearly none ever fires. Here deadlines fall into slots of a coarse wheel.
"""

import asyncio
from typing import Protocol

_SLOTS_A_SECOND = 40
_SLOT_S = 1 / _SLOTS_A_SECOND


class Expiring(Protocol):
    """What can run out of time."""

    def expire(self) -> None:
        """Time is up. Called at most once for each `add`."""
        ...


class Deadlines:
    """Calls `expire` on what was not removed in time; never early, 25 ms late at most.

    Must be made where an event loop runs.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._slots: dict[int, set[Expiring]] = {}
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, expiring: Expiring, deadline: float) -> set[Expiring]:
        """Watch until `deadline` (loop time); discard it from what is returned."""
        number = int(deadline * _SLOTS_A_SECOND) + 1
        slot = self._slots.get(number)
        if slot is None:
            slot = self._slots[number] = set()
            if self._timer is None:
                self._start(number)
        slot.add(expiring)
        # A deadline in the past belongs to the slot that comes next.
        self._next = min(self._next, number)
        return slot

    def close(self) -> None:
        """Forget all deadlines."""
        self._slots.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self, number: int) -> None:
        self._next = number
        self._timer = self._loop.call_later(_SLOT_S, self._tick)

    def _tick(self) -> None:
        now = int(self._loop.time() * _SLOTS_A_SECOND)
        while self._slots and self._next <= now:
            # A copy: who expires discards itself.
            for expiring in tuple(self._slots.pop(self._next, ())):
                expiring.expire()
            self._next += 1
        self._timer = (
            self._loop.call_later(_SLOT_S, self._tick) if self._slots else None
        )
