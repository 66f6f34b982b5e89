"""What lists show of everybody at once: asked while somebody looks, and kept a moment.

However many look, Kafka and the log are asked once in a while; a page waits for
them only where nothing is known yet, and says how old is what it shows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from bus.errors import OrderbusError
from bus.log.health import Health
from bus.log.store import Log
from processors.status.desk import Desk
from processors.status.question import Question, Unknown
from processors.status.report import Subscriber
from processors.subscriptions.world import World

AskLog = Callable[[], Awaitable[Log | None]]
FRESH_S = 4.0
OLD_S = 30.0
FIRST_S = 1.0
"""How long a page waits where nothing is known, or what is known is older than that."""
T = TypeVar("T")


class Known(NamedTuple, Generic[T]):
    """What was answered last, and how long ago; `why` nothing is known."""

    value: T | None
    age_s: float = 0.0
    why: str = ""


class Kept(Generic[T]):
    """An answer that is kept for a moment."""

    def __init__(
        self,
        ask: Callable[[], Coroutine[object, object, T | Unknown]],
        monotonic: Callable[[], float],
    ) -> None:
        self._question = Question(ask)
        self._monotonic = monotonic
        self._value: T | None = None
        self._at = 0.0
        self._why = "not asked yet"
        self._renewal: asyncio.Task[None] | None = None

    async def known(self) -> Known[T]:
        """What is known; asked anew where it is not fresh."""
        age = self._monotonic() - self._at
        if self._value is None or age > FRESH_S:
            if self._renewal is None or self._renewal.done():
                self._renewal = asyncio.create_task(self._renew())
            if self._value is None or age > OLD_S:
                await asyncio.wait({self._renewal}, timeout=FIRST_S)
        if self._value is None:
            return Known(None, why=self._why)
        return Known(self._value, self._monotonic() - self._at)

    def close(self) -> None:
        """Wait for nothing any more."""
        self._question.close()
        if self._renewal is not None:
            self._renewal.cancel()

    async def _renew(self) -> None:
        found = await self._question.answer(within_s=OLD_S)
        if isinstance(found, Unknown):
            self._why = found.why
            if self._monotonic() - self._at > OLD_S:
                self._value = None
            return
        self._value, self._at = found, self._monotonic()


class Glance:
    """All subscriptions: what waits and is dead, their breakers, and how they fare."""

    def __init__(self, world: World, ask_log: AskLog) -> None:
        self._world = world
        self._ask_log = ask_log
        self._desk = Desk(world)
        self._standing = Kept(self._desk.subscribers, world.clock.monotonic)
        self._health = Kept(self._ask_health, world.clock.monotonic)

    async def standing(self) -> Known[Mapping[str, Subscriber]]:
        """What waits for each, what is dead, its breaker."""
        known: Known[Sequence[Subscriber]] = await self._standing.known()
        found = None if known.value is None else {one.id: one for one in known.value}
        return Known(found, known.age_s, known.why)

    async def health(self) -> Known[Mapping[str, Health]]:
        """How each fares, as the log says; one without attempts may be left out."""
        return await self._health.known()

    def close(self) -> None:
        """Ask no more."""
        self._standing.close()
        self._health.close()
        self._desk.close()

    async def _ask_health(self) -> Mapping[str, Health] | Unknown:
        try:
            log = await self._ask_log()
            if log is None:
                return Unknown("there is no log to ask")
            return await log.health(None, int(self._world.clock.now() * 1e6))
        except OrderbusError as error:
            return Unknown(str(error))
