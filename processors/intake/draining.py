"""What was kept on disk, brought to Kafka once that takes it again, in order."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from bus.errors import Heals, OrderbusError, PublishError, SpoolError
from bus.ports import Clock, Observer, Publisher
from bus.record import Message
from processors.telemetry import intake_names as names

_LOOK_S = 0.2
_PAUSE_S = 1.0


class Kept(Protocol):
    """What is kept on disk; see `bus.adapters.spool`."""

    def sources(self) -> Sequence[str]:
        """Of which sources something is kept."""
        ...

    async def take(self, source: str) -> Sequence[Message]:
        """The oldest of a source; they stay until `taken`."""
        ...

    async def taken(self, source: str, count: int) -> None:
        """So many of the oldest are in Kafka."""
        ...

    async def put_aside(self, source: str) -> None:
        """Keep the oldest where nobody tries it any more."""
        ...


class Draining:
    """Brings what is kept to Kafka, each source for itself; run it as a task."""

    def __init__(
        self,
        spool: Kept,
        publisher: Publisher,
        clock: Clock,
        observer: Observer,
        worked: Callable[[str, bytes | None], None] = lambda *_: None,
    ) -> None:
        """`worked` hears of a source and a key that Kafka takes again."""
        self._spool = spool
        self._publisher = publisher
        self._clock = clock
        self._observer = observer
        self._worked = worked
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look for what is kept, for ever."""
        try:
            while True:
                for source in self._spool.sources():
                    if source not in self._tasks:
                        self._begin(source)
                await self._clock.sleep(_LOOK_S)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _begin(self, source: str) -> None:
        task = asyncio.create_task(self._drain(source), name=f"drain {source}")
        self._tasks[source] = task
        task.add_done_callback(lambda _: self._tasks.pop(source, None))

    async def _drain(self, source: str) -> None:
        """Bring all of a source; where that fails, wait and try on."""
        total = 0
        while True:
            try:
                count = await self._step(source)
            except OrderbusError as error:
                if isinstance(error, SpoolError):
                    self._observer.note(
                        names.SPOOL_FAILS, source=source, why=str(error)
                    )
                await self._clock.sleep(_PAUSE_S)
                continue
            total += count
            if not count:
                break
        if total:
            self._observer.note(names.SPOOL_DRAINED, source=source, count=total)

    async def _step(self, source: str) -> int:
        """Bring the oldest; how many. Those before one that fails are forgotten."""
        messages = await self._spool.take(source)
        if not messages:
            return 0
        writing = [self._publisher.publish(message) for message in messages]
        results = await asyncio.gather(*writing, return_exceptions=True)
        done = 0
        for result in results:
            if isinstance(result, BaseException):
                break
            done += 1
        await self._spool.taken(source, done)
        for message in messages[:done]:
            self._worked(source, message.key)
        if done < len(results):
            await self._failed(source, results[done])
        return len(messages)

    async def _failed(self, source: str, error: object) -> None:
        if isinstance(error, PublishError) and error.heals is Heals.NOTHING:
            await self._spool.put_aside(source)
            self._observer.note(names.SPOOL_REFUSED, source=source, why=error.why)
        elif isinstance(error, BaseException):
            raise error
