"""Work beside: a bug in it is told, and never its end."""

import asyncio

from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.observer import MemoryObserver
from processors.telemetry import names
from processors.wiring.beside import keep_up


async def test_a_bug_is_told_and_the_work_goes_on() -> None:
    """It begins anew after five seconds; other work does not notice."""
    clock, observer = MemoryClock(), MemoryObserver()
    began: list[str] = []

    async def fails_first() -> None:
        began.append("lag")
        if len(began) == 1:
            raise KeyError("oms.order")
        await asyncio.Event().wait()

    tasks = keep_up({"lag": fails_first}, clock, observer)
    await clock.advance(4.9)
    assert began == ["lag"]
    ((note, said),) = observer.notes
    assert note is names.BUG
    assert (said["beside"], said["why"]) == ("lag", "KeyError('oms.order')")
    await clock.advance(0.2)
    assert began == ["lag", "lag"]
    assert not tasks[0].done()
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert tasks[0].cancelled()
