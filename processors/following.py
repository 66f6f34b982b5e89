"""Following a topic for ever: each record once, across interruptions."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from bus.errors import BrokerUnavailableError, OrderbusError
from bus.ports import Clock, LogReader
from bus.record import Record, Written

PAUSE_S = 1.0
IDLE_S = 15.0
"""For how long nothing may come of a topic that somebody waits for."""


class Follower:
    """Hands each record of a topic to `take`, in order, on the event loop.

    After an interruption it reads again and leaves out what it has taken already.
    Use it as `async with follower:`, or run `run()` in a task that somebody
    watches. `taken` counts its records.

    Args:
        take: Gets every record once.
        caught_up: Called once, when the end was reached for the first time.
        since: Called at each start of reading: first timestamp in milliseconds.
    """

    def __init__(
        self,
        reader: LogReader,
        clock: Clock,
        topic: str,
        take: Callable[[Record], None],
        *,
        caught_up: Callable[[], None] = lambda: None,
        since: Callable[[], int | None] = lambda: None,
    ) -> None:
        self.topic = topic
        self.taken = 0
        self._reader = reader
        self._clock = clock
        self._take = take
        self._caught_up = caught_up
        self._since = since
        self._positions: dict[int, int] = {}
        self._is_ready = False
        self._ended = False
        self._failure: OrderbusError | None = None
        self._trouble: str | None = None
        self._turn = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Return once the topic was read to its end.

        Raises:
            OrderbusError: what ended the following, a missing topic for instance.
        """
        await self._until(lambda: self._is_ready)

    async def loaded(self) -> None:
        """As `ready`, however long it takes, as long as records come.

        Raises:
            BrokerUnavailableError: nothing came for so long (`IDLE_S`).
        """
        loop, idle_s = asyncio.get_running_loop(), IDLE_S
        try:
            async with asyncio.timeout(idle_s) as limit:
                while not self._is_ready:
                    await self._next()
                    limit.reschedule(loop.time() + idle_s)
        except TimeoutError:
            raise BrokerUnavailableError(
                f"{self.topic} cannot be read: nothing came of it for {idle_s:.0f} s"
            ) from None

    async def applied(self, written: Written) -> None:
        """Return once `written` and all before it were taken.

        Raises:
            BrokerUnavailableError: nobody follows the topic any more.
        """
        await self.ready()
        await self._until(
            lambda: self._positions.get(written.partition, -1) >= written.offset
        )

    def positions(self) -> Mapping[int, int]:
        """The offset of the last record that was taken, by partition."""
        return dict(self._positions)

    def trouble(self) -> str | None:
        """Why new records may be missed at the moment; None if all is well."""
        return self._trouble

    async def run(self) -> None:
        """Follow until cancelled.

        Raises:
            OrderbusError: before the end was ever reached, other than for a broker
                that is away; later all of them are waited out.
        """
        try:
            while True:
                try:
                    await self._read()
                except OrderbusError as error:
                    self._trouble = str(error)
                    if not self._is_ready and not _passes(error):
                        self._failure = error
                        raise
                await self._clock.sleep(PAUSE_S)
        finally:
            self._trouble = self._trouble or f"{self.topic} is no longer followed"
            self._ended = True
            self._wake()

    async def _read(self) -> None:
        since_ms = self._since()
        async for batch in self._reader.follow(self.topic, since_ms=since_ms):
            for record in batch:
                if record.offset > self._positions.get(record.partition, -1):
                    self.taken += 1
                    self._take(record)
                    self._positions[record.partition] = record.offset
            self._trouble = None
            if not batch and not self._is_ready:
                self._caught_up()
                self._is_ready = True
            self._wake()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._next()

    async def _next(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._ended:
            raise BrokerUnavailableError(f"{self.topic} is no longer followed")
        await self._turn.wait()

    def _wake(self) -> None:
        self._turn.set()
        self._turn = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Follow in a task of its own."""
        self._task = asyncio.create_task(self.run(), name=f"follow {self.topic}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop following; raise what ended it too early, if anything did."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait([self._task])
        if kind is None and not self._task.cancelled():
            self._task.result()


def _passes(error: OrderbusError) -> bool:
    return isinstance(error, BrokerUnavailableError)
