"""Asking the same thing again and again, though no more often than it changes."""

from collections.abc import Callable, Coroutine
from typing import Generic, TypeVar

from bus.ports import Clock
from processors.status.question import Question, Unknown

T = TypeVar("T")
ANSWER_S = 5.0


class Latest(Generic[T]):
    """The newest answer to a question that is asked every `every_s`.

    Who gives none is asked again at the next look.
    """

    def __init__(
        self,
        clock: Clock,
        every_s: float,
        ask: Callable[[], Coroutine[object, object, T]],
    ) -> None:
        self._question = Question(ask)
        self._clock = clock
        self._every_s = every_s
        self._at = float("-inf")
        self._said: T | Unknown = Unknown("not asked yet")

    async def get(self) -> T | Unknown:
        """What is known now, at most `every_s` old."""
        now = self._clock.monotonic()
        if isinstance(self._said, Unknown) or now - self._at >= self._every_s:
            self._said, self._at = await self._question.answer(ANSWER_S), now
        return self._said

    def close(self) -> None:
        """Wait for nothing any more."""
        self._question.close()
