"""The connections of a sink, each kept as long as somebody uses it.

What the adapters share: none of them imports another one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar

from bus.adapters.meters import Meter
from bus.delivery.delivery import Outcome, Unreachable
from bus.ports import NoAnswerKind

_IDLE_S = 600.0
_LOOKS = 10
"""So often is it looked for what is idle, in that time."""
_GRACE_S = 5.0
"""What is under way has so long to end when its subscription is paused or goes."""
_LONG_S = 300.0
"""And where a place has moved: the longest timeout that there is."""
_MOST_LANES = 5_000
_OPEN_S = 10.0
_MOST_TIMEOUTS = 3


class Closing(Protocol):
    """Something that is closed in the end."""

    async def close(self) -> None:
        """Close it; whoever waits on it hears that it is."""
        ...


Key = TypeVar("Key", bound=Hashable)
Lane = TypeVar("Lane", bound=Closing)


class Berth(Generic[Key, Lane]):
    """A lane and who uses it; used by `with`, by many at a time."""

    def __init__(
        self, key: Key, lane: Lane, over: "Callable[[Berth[Key, Lane]], None]"
    ) -> None:
        self.key = key
        self.lane = lane
        self.whose: set[str] = set()
        self.busy = 0
        self.closed = False
        self._over = over
        self._now = asyncio.get_running_loop().time
        self.used = self._now()

    def __enter__(self) -> Lane:
        """Something is under way on it."""
        self.busy += 1
        return self.lane

    def __exit__(self, *_: object) -> None:
        """It is over; nobody may want the lane any more."""
        self.busy -= 1
        self.used = self._now()
        if not self.busy and not self.whose:
            self._over(self)


class Lanes(Generic[Key, Lane]):
    """Lanes by what tells them apart, each kept while a subscription uses it.

    One is closed once all have left that used it and nothing is under way on it, at
    the latest after `grace_s`; or when nobody has used it for `idle_s`.
    """

    def __init__(
        self,
        idle_s: float = _IDLE_S,
        grace_s: float = _GRACE_S,
        most: int = _MOST_LANES,
    ) -> None:
        self._idle_s = idle_s
        self._grace_s = grace_s
        self._most = most
        self._berths: dict[Key, Berth[Key, Lane]] = {}
        self._of: dict[str, set[Key]] = {}
        self._going: set[Berth[Key, Lane]] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def use(
        self, key: Key, subscription: str, make: Callable[[], Lane]
    ) -> Berth[Key, Lane]:
        """The lane of a key for a subscription, made where there is none."""
        berth = self._berths.get(key)
        if berth is None:
            if len(self._berths) >= self._most:
                self.drop(next(iter(self._berths.values())))
            berth = self._berths[key] = Berth(key, make(), self._end)
            self._watch()
        if subscription not in berth.whose:
            berth.whose.add(subscription)
            self._of.setdefault(subscription, set()).add(key)
        return berth

    def kept(self, key: Key) -> Berth[Key, Lane] | None:
        """The lane of a key, if there is one."""
        return self._berths.get(key)

    def leave(self, subscription: str) -> None:
        """A subscription uses its lanes no more, for now; others may."""
        for key in self._of.pop(subscription, ()):
            berth = self._berths[key]
            berth.whose.discard(subscription)
            if not berth.whose:
                self._let_go(berth, self._grace_s)

    def drop(self, berth: Berth[Key, Lane], grace_s: float = _LONG_S) -> None:
        """Give no one a lane any more; what is under way on it may end."""
        self._forget(berth)
        self._let_go(berth, grace_s)

    async def close(self) -> None:
        """Close them all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for berth in (*self._berths.values(), *self._going):
            self._end(berth)
        await asyncio.gather(*self._closing)

    def _let_go(self, berth: Berth[Key, Lane], grace_s: float) -> None:
        """Close one when nothing is under way on it; nobody waits for ever for that."""
        if not berth.busy:
            self._end(berth)
            return
        self._going.add(berth)
        asyncio.get_running_loop().call_later(grace_s, self._past, berth)

    def _past(self, berth: Berth[Key, Lane]) -> None:
        """It was given its time; unless somebody came back."""
        self._going.discard(berth)
        if not berth.whose:
            self._end(berth)

    def _end(self, berth: Berth[Key, Lane]) -> None:
        if berth.closed:
            return
        berth.closed = True
        self._going.discard(berth)
        self._forget(berth)
        task = asyncio.create_task(berth.lane.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _forget(self, berth: Berth[Key, Lane]) -> None:
        if self._berths.get(berth.key) is berth:
            del self._berths[berth.key]
        for subscription in berth.whose:
            keys = self._of[subscription]
            keys.discard(berth.key)
            if not keys:
                del self._of[subscription]
        berth.whose.clear()

    def _watch(self) -> None:
        if self._timer is None and self._berths:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._idle_s / _LOOKS, self._look)

    def _look(self) -> None:
        """Close what nobody has used for long; look again while there is any."""
        self._timer = None
        before = asyncio.get_running_loop().time() - self._idle_s
        for berth in list(self._berths.values()):
            if not berth.busy and berth.used <= before:
                self._end(berth)
        self._watch()


class Opened(Closing, Protocol):
    """An open connection."""

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        ...


Line = TypeVar("Line", bound=Opened)


class Kept(Generic[Line]):
    """A connection that is opened once for all who wait, and again when it has ended.

    Args:
        opening: Opens it, or says why not; what comes over it may be counted.
        judge: What an error means that opening it raises.
    """

    def __init__(
        self,
        opening: Callable[[Meter], Awaitable[Line | Outcome]],
        judge: Callable[[BaseException], Outcome],
    ) -> None:
        self._open = opening
        self._judge = judge
        self._kept: Line | None = None
        self._task: asyncio.Task[Line | Outcome] | None = None
        self._timeouts = 0
        self._meter: Meter | None = None

    async def line(self) -> Line | Outcome:
        """The open connection; or why there is none."""
        kept = self._kept
        if kept is not None and kept.is_open and self._timeouts < _MOST_TIMEOUTS:
            return kept
        if self._task is None:
            self._task = asyncio.create_task(self._opened())
        task = self._task
        await asyncio.wait([task])
        return self._judge(EOFError()) if task.cancelled() else task.result()

    def heard(self, outcome: Outcome) -> None:
        """Take note of what came of a message.

        A machine that vanished says nothing, not even that it knows of no connection:
        after so many in a row there is a new one.
        """
        silent = isinstance(outcome, Unreachable) and (
            outcome.kind == NoAnswerKind.TIMEOUT
        )
        self._timeouts = self._timeouts + 1 if silent else 0

    async def close(self) -> None:
        """Close it; whoever waits hears that it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._hang_up()

    async def _hang_up(self) -> None:
        kept, self._kept = self._kept, None
        meter, self._meter = self._meter, None
        try:
            if kept is not None:
                await kept.close()
        finally:
            if meter is not None:
                meter.hang_up()

    async def _opened(self) -> Line | Outcome:
        self._timeouts = 0
        try:
            await self._hang_up()
            meter = self._meter = Meter()
            async with asyncio.timeout(_OPEN_S):
                found = await self._open(meter)
        except Exception as error:  # noqa: BLE001 - whatever a stranger makes a library say
            outcome = self._judge(error)
            return outcome if self._meter is None else self._meter.judged(outcome)
        finally:
            self._task = None
        if not isinstance(found, Outcome):
            self._kept = found
        return found
