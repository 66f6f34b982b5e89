"""A journal on a broker in memory, and waiting for what it does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bus.adapters.memory import (
    MemoryBroker,
    MemoryLogReader,
    MemoryPublisher,
)
from bus.record import TopicPartition
from bus.registry.admission import Candidate, register
from bus.registry.answers import Decision
from bus.registry.log import SchemaLog
from processors.registry.journal import TOPIC, Journal
from tests.support.pace import patience
from tests.support.registry import journal_on
from tests.support.schema_log import fixed, no_check


@asynccontextmanager
async def journal(
    broker: MemoryBroker, *, timeout_s: float = 5
) -> AsyncIterator[Journal]:
    """A started journal."""
    held = journal_on(
        MemoryPublisher(broker), MemoryLogReader(broker), timeout_s=timeout_s
    )
    await held.start()
    try:
        yield held
    finally:
        await held.stop()


def registering(subject: str, name: str) -> Callable[[SchemaLog], Decision[int]]:
    """The rule that registers a small schema."""
    return lambda log: register(log, Candidate(subject, fixed(name)), no_check)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until something holds."""
    async with asyncio.timeout(patience(5)):
        while not condition():
            await asyncio.wait([asyncio.ensure_future(asyncio.wait_for(_tick(), 1))])


async def _tick() -> None:
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)


def lines(broker: MemoryBroker) -> list[bytes | None]:
    """The values in the log."""
    log = broker.log(TopicPartition(TOPIC, 0))
    return [record.value for record in log.read(0, 1000)]
