"""A database, opened: engines whose connections have deadlines, and their threads.

Databases block; so each call runs in a thread, the writes in one. A call that takes
too long is given up, and its connection is cut, so that its thread comes back.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bus.adapters.sql.errors import DRIVER_ERRORS, translated
from bus.errors import LogUnavailableError

T = TypeVar("T")

READERS = 4
CUT = "cut"
"""Where a connection keeps what ends it from another thread."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a log is: what may be said of it, and what may not."""

    name: str
    secret: str = ""


@dataclass(slots=True)
class _Call:
    """A call in its thread, and what ends its connection."""

    end: Callable[[], None] | None = None
    given_up: bool = False

    def cut(self) -> None:
        self.given_up = True
        if self.end is not None:
            self.end()


@dataclass(slots=True)
class Threads:
    """Runs calls on the connections of an engine, so many at once.

    `errors` are those that a database's driver may raise. With `again`, a call
    whose connection was gone already is made once more on a new one.
    """

    engine: Engine
    place: Place
    workers: int
    within_s: float
    failed: Callable[[], None]
    errors: tuple[type[Exception], ...] = DRIVER_ERRORS
    again: bool = False
    _executor: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Threads are started when there is something to do."""
        name = f"log-{self.engine.dialect.name}"
        self._executor = ThreadPoolExecutor(self.workers, name)

    async def run(
        self, work: Callable[[Connection], T], within_s: float | None = None
    ) -> T:
        """Return what `work` returns; what it raises is translated.

        Raises:
            LogUnavailableError: also when it takes longer than it may.
        """
        call = _Call()
        deadline_s = self.within_s if within_s is None else within_s
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(deadline_s):
                return await loop.run_in_executor(
                    self._executor, partial(self._within_thread, call, work)
                )
        except TimeoutError:
            call.cut()
            self.failed()
            why = f"the log at {self.place.name} gave no answer in {deadline_s:g} s"
            raise LogUnavailableError(why) from None
        except self.errors as error:
            self.failed()
            raise translated(error, self.place.name, self.place.secret) from error

    def _within_thread(self, call: _Call, work: Callable[[Connection], T]) -> T:
        try:
            return self._once(call, work)
        except DBAPIError as error:
            if not (self.again and error.connection_invalidated):
                raise
            return self._once(call, work)

    def _once(self, call: _Call, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            call.end = connection.info.get(CUT)
            if call.given_up:
                raise TimeoutError
            return work(connection)

    async def close(self) -> None:
        """Wait for what runs, and let go."""
        await asyncio.to_thread(self._executor.shutdown)
        self.engine.dispose()
