"""Calls that block, on a thread that never keeps the process from ending."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

Answer = TypeVar("Answer")


class DaemonThread:
    """Runs calls one after the other, in the order they were handed over.

    The process may end in the middle of one. An executor would be waited for, as
    long as librdkafka waits for a broker that is away.
    """

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, work: Callable[[], Answer]) -> "Future[Answer]":
        """Hand over a call; the future has what it returns or raises."""
        future: Future[Answer] = Future()
        self._jobs.put(partial(_answer, future, work))
        return future

    async def do(self, work: Callable[[], Answer]) -> Answer:
        """Hand over a call and wait for it."""
        return await asyncio.wrap_future(self.submit(work))

    def end(self) -> None:
        """Let the thread end after what was handed over; nobody waits for it."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            del job  # while nothing is handed over, nothing is held on to


def _answer(future: "Future[Answer]", work: Callable[[], Answer]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - whoever handed it over hears of it
        future.set_exception(error)
