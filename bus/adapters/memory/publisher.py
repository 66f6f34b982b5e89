"""Writing to the broker in memory."""

import asyncio
from collections.abc import Awaitable

from bus.adapters.memory.broker import MemoryBroker
from bus.errors import PublishError
from bus.record import Message, Written


class MemoryPublisher:
    """`bus.ports.Publisher` in memory. While the broker is down, calls wait."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._failures = 0
        self._broker = broker
        self._waiting: list[tuple[Message, asyncio.Future[Written] | None]] = []
        self._resuming: asyncio.Task[None] | None = None

    @property
    def failures(self) -> int:
        """What `publish_soon` could not write."""
        return self._failures

    def publish(self, message: Message) -> Awaitable[Written]:
        """Write now; the acknowledgement can be awaited."""
        future: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._take(message, future)
        return future

    def publish_soon(self, message: Message) -> None:
        """Write now; a failure only counts."""
        self._take(message, None)

    async def flush(self, timeout_s: float) -> int:
        """Wait for all acknowledgements; return how many are still missing."""
        if self._resuming and self._waiting:
            timer = asyncio.ensure_future(self._broker.clock.sleep(timeout_s))
            await asyncio.wait(
                [self._resuming, timer], return_when=asyncio.FIRST_COMPLETED
            )
            timer.cancel()
        return len(self._waiting)

    async def close(self, timeout_s: float = 10) -> int:
        """Flush and give up on the rest; return what went missing."""
        missing = await self.flush(timeout_s)
        if self._resuming:
            self._resuming.cancel()
        return missing

    def _take(self, message: Message, future: asyncio.Future[Written] | None) -> None:
        if self._broker.is_up and not self._waiting:
            self._write(message, future)
            return
        self._waiting.append((message, future))
        if self._resuming is None or self._resuming.done():
            self._resuming = asyncio.ensure_future(self._resume())

    async def _resume(self) -> None:
        await self._broker.until_up()
        waiting, self._waiting = self._waiting, []
        for message, future in waiting:
            self._write(message, future)

    def _write(self, message: Message, future: asyncio.Future[Written] | None) -> None:
        try:
            written = self._broker.append(message)
        except PublishError as error:
            self._failures += future is None
            if future and not future.done():
                future.set_exception(error)
        else:
            if future and not future.done():
                future.set_result(written)
