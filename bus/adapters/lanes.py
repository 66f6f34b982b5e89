"""The connections of a sink, each kept as long as somebody uses it.

What the adapters share: none of them imports another one.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

_IDLE_S = 600.0


class Closing(Protocol):
    """Something that is closed in the end."""

    async def close(self) -> None:
        """Close it; whoever waits on it hears that it is."""
        ...


Key = TypeVar("Key", bound=Hashable)
Lane = TypeVar("Lane", bound=Closing)


class Lanes(Generic[Key, Lane]):
    """Lanes by what tells them apart; those nobody has used for long are closed."""

    def __init__(self, idle_s: float = _IDLE_S) -> None:
        self._idle_s = idle_s
        self._lanes: dict[Key, Lane] = {}
        self._used: dict[Key, float] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, key: Key, make: Callable[[], Lane]) -> Lane:
        """The lane of a key, made where there is none."""
        now = asyncio.get_running_loop().time()
        lane = self._lanes.get(key)
        if lane is None:
            self._retire(now)
            lane = self._lanes[key] = make()
        self._used[key] = now
        return lane

    async def close(self) -> None:
        """Close them all."""
        lanes = list(self._lanes.values())
        self._lanes.clear()
        self._used.clear()
        await asyncio.gather(*(lane.close() for lane in lanes), *self._closing)

    def _retire(self, now: float) -> None:
        """Close what nobody has used for long."""
        for key in [k for k, used in self._used.items() if now - used > self._idle_s]:
            del self._used[key]
            task = asyncio.create_task(self._lanes.pop(key).close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
