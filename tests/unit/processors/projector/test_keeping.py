"""What is done with the log hourly."""

import asyncio

from typing_extensions import override

from bus.adapters.memory import MemoryClock, MemoryLog, MemoryObserver
from bus.errors import LogUnavailableError
from bus.log.retention import Pruned, Retention
from processors.projector.keeping import Keeping
from processors.telemetry import log_names as names


class Kept(MemoryLog):
    """A log that says what was asked of it, and fails as told."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared: list[int] = []
        self.pruned: list[Retention] = []
        self.error: Exception | None = None

    @override
    async def prepare(self, now_us: int) -> None:
        self.prepared.append(now_us)

    @override
    async def prune(self, keep: Retention, now_us: int) -> Pruned:
        self.pruned.append(keep)
        if self.error:
            raise self.error
        return Pruned(days=("attempt 2026-01-01",))


async def test_it_prepares_and_prunes_hourly() -> None:
    """Soon after the start, then every hour; what goes is told."""
    log, clock, observer = Kept(), MemoryClock(), MemoryObserver()
    keep = Retention(days=3)
    task = asyncio.create_task(Keeping(log, keep, clock, observer).run())
    await clock.advance(3 * 3600)
    task.cancel()
    assert log.pruned == [keep] * 3
    assert len(log.prepared) == 3
    told = {"days": ["attempt 2026-01-01"], "rows": 0}
    assert observer.notes == [(names.PRUNED, told)] * 3


async def test_what_fails_is_tried_an_hour_later() -> None:
    """Whatever it is: a database that is away, or a bug."""
    log, clock, observer = Kept(), MemoryClock(), MemoryObserver()
    log.error = LogUnavailableError("away")
    task = asyncio.create_task(Keeping(log, Retention(), clock, observer).run())
    await clock.advance(3600)
    log.error = ZeroDivisionError()
    await clock.advance(3600)
    task.cancel()
    assert [name for name, _ in observer.notes] == [names.PRUNE_FAILED] * 2
