"""What the log counts of each subscription, span by span, each as often as it moves."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Protocol, TypeAlias

from bus.errors import LogUnavailableError
from bus.log.health import Figures
from bus.ports import Clock
from bus.watch.facts import FIVE_MINUTES, HALF_HOUR, HOUR, SIX_HOURS, THREE_DAYS
from processors.status.question import Unknown
from processors.watch.asking import Latest

By: TypeAlias = Mapping[str, Figures]
"""By subscription."""


class CountingLog(Protocol):
    """What is asked of the log; see `bus.log.store.Log`."""

    async def since(self, span_s: int, now_us: int) -> By:
        """What befell the attempts of each in a span up to now."""
        ...


AskLog: TypeAlias = Callable[[], Awaitable[CountingLog | None]]
"""The log; None where there is none."""

_EVERY_S = {
    FIVE_MINUTES: 10.0,
    HALF_HOUR: 20.0,
    HOUR: 20.0,
    SIX_HOURS: 60.0,
    THREE_DAYS: 300.0,
}
"""The longer a span, the slower it moves, and the dearer it is to count."""


class Counts:
    """The log's figures."""

    def __init__(self, ask_log: AskLog, clock: Clock) -> None:
        self._ask_log = ask_log
        self._clock = clock
        self._spans = {
            span: Latest(clock, every_s, self._asking(span))
            for span, every_s in _EVERY_S.items()
        }

    async def get(self) -> Mapping[int, By] | Unknown:
        """Figures by span, each by subscription; or why they are not known."""
        found: dict[int, By] = {}
        for span, latest in self._spans.items():
            answer = await latest.get()
            if isinstance(answer, Unknown):
                return answer
            found[span] = answer
        return found

    def close(self) -> None:
        """Wait for nothing any more."""
        for latest in self._spans.values():
            latest.close()

    def _asking(self, span: int) -> Callable[[], Coroutine[object, object, By]]:
        async def ask() -> By:
            log = await self._ask_log()
            if log is None:
                raise LogUnavailableError("there is no log")
            return await log.since(span, int(self._clock.now() * 1e6))

        return ask
