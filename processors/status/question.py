"""Questions that may stay without an answer, and hold up nobody."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Generic, TypeVar

from bus.errors import OrderbusError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why."""

    why: str


class Question(Generic[T]):
    """One thing that is asked again and again, never twice at a time.

    Who is late is not cancelled: a thread may sit in a library that cannot be
    stopped. The next `answer` waits for the same one.
    """

    def __init__(self, ask: Callable[[], Coroutine[object, object, T]]) -> None:
        self._ask = ask
        self._asked: asyncio.Task[T] | None = None

    async def answer(self, within_s: float) -> T | Unknown:
        """What there is to say within this time."""
        if self._asked is None:
            self._asked = asyncio.create_task(self._ask())
        asked = self._asked
        done, _ = await asyncio.wait({asked}, timeout=within_s)
        if not done:
            return Unknown(f"no answer within {within_s:g} s")
        self._asked = None
        try:
            return asked.result()
        except OrderbusError as error:
            return Unknown(str(error))

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._asked is not None:
            self._asked.cancel()
