"""What forecasts are made of, and what came of them, is kept by every log."""

from dataclasses import dataclass
from uuid import uuid4

import pytest

from bus.log.lags import ForecastRow, LagRow
from bus.log.retention import Retention
from tests.contract.log.rows import DAY_US, NOW_US, AnyLog

_SECOND = 1_000_000


@dataclass
class _Queue:
    """A queue of this test's own: these rows outlive `clear`."""

    log: AnyLog
    name: str

    async def lags(self, since_us: int, slots_since_us: int) -> list[LagRow]:
        found = await self.log.kept.lags(since_us, slots_since_us)
        return [row for row in found if row.queue == self.name]

    async def forecasts(self, since_us: int) -> list[ForecastRow]:
        found = await self.log.kept.forecasts(since_us)
        return [row for row in found if row.queue == self.name]


@pytest.fixture
def queue(log: AnyLog) -> _Queue:
    """Nobody else's."""
    return _Queue(log, uuid4().hex)


async def test_samples_come_back_oldest_first(log: AnyLog, queue: _Queue) -> None:
    """Since a moment all of them, before that only those of slots."""
    rows = [
        LagRow(NOW_US - n * 60 * _SECOND, queue.name, 2**40 - n, 50 - n, n % 2 == 0)
        for n in range(6)
    ]
    await log.kept.note(rows)
    await log.kept.note([])
    fine, slots = NOW_US - 150 * _SECOND, NOW_US - 250 * _SECOND
    assert await queue.lags(fine, slots) == [rows[n] for n in (4, 2, 1, 0)]
    alone = await log.kept.lags(fine, slots, {queue.name, "nobody's"})
    assert list(alone) == [rows[n] for n in (4, 2, 1, 0)]
    assert not await log.kept.lags(0, 0, set())


async def test_an_outcome_takes_the_place(log: AnyLog, queue: _Queue) -> None:
    """A forecast is kept once, with what came of it; newest first."""
    first = ForecastRow(NOW_US, queue.name, 1, 2, 3, 1.25)
    second = first._replace(made_us=NOW_US + 1)
    await log.kept.keep([first, second])
    await log.kept.keep([first._replace(took_us=5)])
    await log.kept.keep([])
    assert await queue.forecasts(NOW_US) == [second, first._replace(took_us=5)]
    assert await queue.forecasts(NOW_US + 1) == [second]


async def test_they_outlive_a_rebuild(log: AnyLog, queue: _Queue) -> None:
    """Nothing could count them again."""
    await log.kept.note([LagRow(NOW_US, queue.name, 1, 1)])
    await log.kept.keep([ForecastRow(NOW_US, queue.name, 1, 2, 3, 1.0)])
    await log.clear()
    assert await queue.lags(0, 0)
    assert await queue.forecasts(0)


async def test_they_grow_old(log: AnyLog, queue: _Queue) -> None:
    """Samples go after a day, those of slots after three, forecasts after thirty."""
    ages = (0, 1, 2, 3, 4, 30, 31, 32)
    moments = [NOW_US - age * DAY_US for age in ages]
    for slot in (False, True):
        await log.kept.note([LagRow(at, queue.name, 1, 1, slot) for at in moments])
    await log.kept.keep([ForecastRow(at, queue.name, 1, 2, 3, 1.0) for at in moments])
    await log.prune(Retention(), NOW_US)
    left = await queue.lags(0, 0)
    assert sum(not row.slot for row in left) == 2
    assert sum(row.slot for row in left) == 4
    assert len(await queue.forecasts(0)) == 6
