"""Calls that block, on a thread that nobody waits for."""

import asyncio
import sys
from functools import partial

import pytest

from bus.adapters.kafka.thread import DaemonThread

_ENDS_IN_A_CALL = """
import asyncio, threading
from bus.adapters.kafka.thread import DaemonThread

async def main():
    begun = threading.Event()
    thread = DaemonThread("stuck")
    thread.submit(begun.set)
    asking = asyncio.create_task(thread.do(threading.Event().wait))
    await asyncio.to_thread(begun.wait)

asyncio.run(main())
"""


async def test_calls_run_in_order() -> None:
    """What was handed over before the end is still done."""
    thread = DaemonThread("test")
    done: list[int] = []
    for number in range(100):
        thread.submit(partial(done.append, number))
    last = thread.submit(lambda: "last")
    thread.end()
    assert await asyncio.wrap_future(last) == "last"
    assert done == list(range(100))


async def test_an_error_goes_to_whoever_asked() -> None:
    """And the next call is not disturbed."""
    thread = DaemonThread("test")
    with pytest.raises(ZeroDivisionError):
        await thread.do(lambda: 1 // 0)
    assert await thread.do(lambda: 1) == 1
    thread.end()


async def test_a_process_may_end_in_the_middle_of_a_call() -> None:
    """A call that never returns does not keep it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ENDS_IN_A_CALL
    )
    async with asyncio.timeout(20):
        assert await process.wait() == 0
