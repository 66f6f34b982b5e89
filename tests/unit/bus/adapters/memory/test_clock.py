"""The clock that is moved."""

import asyncio

from bus.adapters.memory import MemoryClock


async def test_time_stands_still_until_it_is_advanced() -> None:
    """Sleepers wake in the order they are due, each at its own time."""
    clock = MemoryClock(now=100.0)
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, delay_s: float) -> None:
        await clock.sleep(delay_s)
        woken.append((name, clock.now()))

    sleepers = [
        asyncio.ensure_future(sleeper(name, delay_s))
        for name, delay_s in (("late", 5), ("soon", 1), ("at once", 0), ("never", 50))
    ]
    await clock.advance(0)
    assert woken == [("at once", 100.0)]
    await clock.advance(10)
    assert woken[1:] == [("soon", 101.0), ("late", 105.0)]
    assert (clock.now(), clock.monotonic()) == (110.0, 10.0)
    assert clock.next_due() == 150.0
    sleepers[-1].cancel()
    await clock.advance(0)
    assert clock.next_due() is None


async def test_what_a_sleeper_starts_sleeps_in_the_same_advance() -> None:
    """A chain of waits runs as far as the time that passes."""
    clock = MemoryClock(now=0.0)
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            await clock.sleep(1)
            ticks.append(clock.now())

    task = asyncio.ensure_future(tick())
    await clock.advance(3.5)
    assert ticks == [1.0, 2.0, 3.0]
    task.cancel()
