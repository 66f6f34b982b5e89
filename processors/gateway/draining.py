"""The end of a gateway: what it waits for before it hears no more."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Draining:
    """Counts bodies on their way in.

    The server under the routes reads nothing more once it shuts down: a request whose
    body has not come by then would be held until its deadline, and refused.
    """

    def __init__(self) -> None:
        self.begun = False
        self._coming = 0
        self._all_came = asyncio.Event()
        self._all_came.set()

    @contextmanager
    def body(self) -> Iterator[None]:
        """A body comes in here."""
        self._coming += 1
        self._all_came.clear()
        try:
            yield
        finally:
            self._coming -= 1
            if not self._coming:
                self._all_came.set()

    async def begin(self, within_s: float) -> None:
        """From now on connections end with an answer; wait for bodies, so long."""
        self.begun = True
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._all_came.wait()
