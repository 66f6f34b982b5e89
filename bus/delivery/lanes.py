"""Order per key: one lane a key, only the head of a lane is active."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """Lets items of different keys run side by side, those of one key in turn."""

    __slots__ = ("_lanes", "_size")

    def __init__(self) -> None:
        # What waits behind a lane's active head; a lane without a head is no lane.
        self._lanes: dict[bytes, deque[T]] = {}
        self._size = 0

    def push(self, key: bytes, item: T) -> T | None:
        """Join a lane; return the item if it may start now, None if it waits."""
        self._size += 1
        waiting = self._lanes.get(key)
        if waiting is None:
            self._lanes[key] = deque()
            return item
        waiting.append(item)
        return None

    def finish(self, key: bytes) -> T | None:
        """End the head of a lane; return the item that starts now, if one waits.

        A lane that is not there is left alone.
        """
        waiting = self._lanes.get(key)
        if waiting is None:
            return None
        self._size -= 1
        if waiting:
            return waiting.popleft()
        del self._lanes[key]
        return None

    def depth(self, key: bytes) -> int:
        """How many items of a key are active or wait."""
        waiting = self._lanes.get(key)
        return 0 if waiting is None else 1 + len(waiting)

    def __len__(self) -> int:
        """How many items are active or wait."""
        return self._size
