"""The OMS's database as the relay and the commands use it: one connection, one thread.

Databases block, so each call runs in the thread. A call that takes too long is given
up, and its connection is cut, so that the thread comes back. Every statement is a
transaction of its own: nothing is ever held open in the OMS's database.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bus.adapters.outbox.errors import DRIVER_ERRORS, translated
from bus.errors import OutboxUnavailableError

T = TypeVar("T")
CUT = "cut"
"""Where a connection keeps what ends it from another thread."""


class Database:
    """Runs calls on one connection, one at a time; opens a new one after a failure.

    `place` may be shown; `secret` is left out of all that is said.
    """

    def __init__(
        self, engine: Engine, place: str, secret: str, *, within_s: float
    ) -> None:
        self._engine = engine
        self._place = place
        self._secret = secret
        self._within_s = within_s
        self._connection: Connection | None = None
        self._cut: Callable[[], None] | None = None
        self._executor = ThreadPoolExecutor(1, "outbox")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns.

        Raises:
            OutboxUnavailableError: the database gives no usable answer, or none in
                time; the connection, and what it had locked, is gone.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._within_s):
                return await loop.run_in_executor(self._executor, self._do, work)
        except TimeoutError:
            if self._cut is not None:
                self._cut()
            why = f"the outbox at {self._place} gave no answer in {self._within_s:g} s"
            raise OutboxUnavailableError(why) from None
        except DRIVER_ERRORS as error:
            raise translated(error, self._place, self._secret) from error

    def _do(self, work: Callable[[Connection], T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
                self._cut = self._connection.info.get(CUT)
            return work(self._connection)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        """Let go of the connection for good: it is not taken up again by a pool."""
        connection, self._connection, self._cut = self._connection, None, None
        if connection is not None:
            with suppress(*DRIVER_ERRORS):
                connection.invalidate()
            with suppress(*DRIVER_ERRORS):
                connection.close()

    async def close(self) -> None:
        """Wait for what runs, and let go."""
        with suppress(RuntimeError):
            self._executor.submit(self._drop)
        await asyncio.to_thread(self._executor.shutdown)
        self._engine.dispose()
