"""An event loop whose time is virtual and whose order is a seed's.

Nothing waits: when no callback is ready, time jumps to the next timer. Of several
ready callbacks a seeded generator draws the next one. Every callback belongs to a
`Process` (a context variable says which), so that a process can be stopped dead or
frozen between any two of its callbacks, and nothing of it runs any more.
"""

import asyncio
import heapq
from asyncio import events
from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from functools import partial
from itertools import count
from random import Random
from typing import TypeVar, TypeVarTuple, Unpack

from typing_extensions import override

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

EPOCH = 1_700_000_000.0
MOST_STEPS = 400_000
TICK_S = 1e-6
"""No clock wakes anybody earlier than this."""
_NEVER = -1
_ROUNDS = 1_000

PROCESS: ContextVar["Process | None"] = ContextVar("process", default=None)


class Process:
    """An operating system process, as far as a scheduler can tell.

    `skew` is what its wall clock says beyond the true time, seconds.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.frozen = False
        self.died_at = 0.0
        self.skew = 0.0
        self.fuse = _NEVER
        self.context = copy_context()
        self.context.run(PROCESS.set, self)
        self._at_end: Callable[[], None] = _nothing

    @property
    def runs(self) -> bool:
        """Whether it does anything now."""
        return not (self.dead or self.frozen)

    def after(self, callbacks: int, then: Callable[[], None]) -> None:
        """Call `then` once that many of its callbacks have run."""
        self.fuse, self._at_end = max(callbacks, 1), then

    def burn(self) -> None:
        """Count a callback."""
        self.fuse -= 1
        if self.fuse == 0:
            self.fuse = _NEVER
            self._at_end()


def _nothing() -> None:
    pass


class Entry(asyncio.TimerHandle):
    """A callback that waits for its turn or its time."""

    __slots__ = ("call", "context", "is_off", "time")

    def __init__(
        self, call: Callable[[], object], context: Context, time: float
    ) -> None:
        # Not the parent's: all that asyncio asks for is below.
        self.call = call
        self.context = context
        self.time = time
        self.is_off = False

    @override
    def cancel(self) -> None:
        """Never run it."""
        self.is_off = True
        self.call = _nothing

    @override
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self.is_off

    @override
    def when(self) -> float:
        """Its time."""
        return self.time


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs one simulation. `troubles` lists what callbacks and tasks raised."""

    def __init__(self, random: Random, *, shuffle: bool = True) -> None:
        self._closing = True
        super().__init__()
        self._closing = False
        self.troubles: list[str] = []
        self.steps = 0
        self._random = random.random
        self._shuffle = shuffle
        self._now = 0.0
        self._count = count()
        self._due: list[Entry] = []
        self._timers: list[tuple[float, int, Entry]] = []
        self._parked: defaultdict[Process, list[Entry]] = defaultdict(list)

    def simulate(self, main: Coroutine[object, object, Result]) -> Result:
        """Run until `main` is done; then end all that still runs, and close.

        Raises:
            AssertionError: nothing can happen any more, or it never comes to rest.
        """
        events._set_running_loop(self)  # noqa: SLF001 - what every loop calls
        try:
            task = self.create_task(main)
            while not task.done():
                self._step()
                assert self.steps < MOST_STEPS, "too many steps: it never rests"
            return task.result()
        finally:
            self._end()
            events._set_running_loop(None)  # noqa: SLF001 - what every loop calls

    def _step(self) -> None:
        ready = self._due
        if not ready:
            self._advance()
        last = len(ready) - 1
        drawn = int(self._random() * len(ready)) if self._shuffle else 0
        if self._shuffle:
            ready[drawn], ready[last] = ready[last], ready[drawn]
            entry = ready.pop()
        else:
            entry = ready.pop(0)
        process = entry.context.get(PROCESS)
        if process is not None:
            if process.dead or process.frozen:
                # Kept, so that nothing of it is collected and cleans up.
                self._parked[process].append(entry)
                return
            if process.fuse > 0:
                process.burn()
        self.steps += 1
        try:
            entry.context.run(entry.call)
        except Exception as error:  # noqa: BLE001 - a callback's error is a finding
            self.troubles.append(f"{entry.call!r} raised {error!r}")

    def _advance(self) -> None:
        timers = self._timers
        assert timers, "nothing is ready and nothing is due: a deadlock"
        self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            entry = heapq.heappop(timers)[2]
            if not entry.is_off:
                self._due.append(entry)
        if not self._due:
            self._advance()

    def thaw(self, process: Process) -> None:
        """Let a frozen process go on."""
        process.frozen = False
        self._due += self._parked.pop(process, ())

    def _end(self) -> None:
        """Cancel every task, of dead processes too, so that none is left pending."""
        self._closing = True
        for parked in self._parked.values():
            self._due += parked
        for _ in range(_ROUNDS):
            tasks = asyncio.all_tasks(self)
            if not tasks:
                break
            for task in tasks:
                task.cancel()
            while self._due:
                entry = self._due.pop()
                with suppress(Exception):
                    entry.context.run(entry.call)
        self._timers.clear()
        self.close()

    # ------------------------------------------------ what asyncio asks for

    @override
    def time(self) -> float:
        """Virtual seconds since the beginning."""
        return self._now

    @override
    def call_soon(
        self,
        callback: Callable[[Unpack[Arguments]], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> Entry:
        """Run a callback at this very moment, in whatever order."""
        # An empty context is false: only None means the present one.
        context = copy_context() if context is None else context
        entry = Entry(partial(callback, *args), context, self._now)
        self._due.append(entry)
        return entry

    @override
    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Arguments]], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> Entry:
        """Run a callback at a moment."""
        context = copy_context() if context is None else context
        entry = Entry(partial(callback, *args), context, when)
        if not self._closing:
            heapq.heappush(self._timers, (when, next(self._count), entry))
        return entry

    @override
    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[Arguments]], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> Entry:
        """Run a callback after a while."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    @override
    def is_running(self) -> bool:
        """It does, until it is closed."""
        return not self._closing

    @override
    def call_exception_handler(self, context: Mapping[str, object]) -> None:
        """A task has ended with an error that nobody took."""
        if not self._closing:
            self.troubles.append(f"{context['message']}: {context.get('exception')!r}")


class ProcessClock:
    """`bus.ports.Clock` of a process; None is the world's, which is always right."""

    def __init__(self, loop: SimulatedLoop, process: Process | None = None) -> None:
        self._loop = loop
        self._process = process

    def now(self) -> float:
        """Seconds since the epoch, as the process believes."""
        skew = self._process.skew if self._process else 0.0
        return EPOCH + self._loop.time() + skew

    def monotonic(self) -> float:
        """Seconds since the simulation began."""
        return self._loop.time()

    async def sleep(self, delay_s: float) -> None:
        """Let virtual time pass."""
        waker = self._loop.create_future()
        entry = self._loop.call_later(max(delay_s, TICK_S), _wake, waker)
        try:
            await waker
        finally:
            entry.cancel()


def _wake(waker: "asyncio.Future[None]") -> None:
    if not waker.done():
        waker.set_result(None)
