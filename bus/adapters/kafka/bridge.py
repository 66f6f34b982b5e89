"""Between an event loop and the one thread that owns a client."""

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import ParamSpec, TypeAlias, TypeVar

Command: TypeAlias = Callable[[], None]
Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")

_BATCHES_AHEAD = 8
_LOOK_S = 0.05


class Bridge:
    """Commands go to the thread; calls, questions and batches go to the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._credits = threading.Semaphore(_BATCHES_AHEAD)

    @property
    def broken(self) -> bool:
        """Whether the loop has gone, so that nobody listens any more."""
        return self._loop.is_closed()

    def now(self) -> float:
        """Seconds by the loop's clock; may be asked from any thread."""
        return self._loop.time()

    def submit(self, command: Command) -> None:
        """Have the thread run `command`, in the order of calls."""
        self._commands.put(command)

    def obey(self, wait_s: float = 0) -> None:
        """Run the commands there are; wait up to `wait_s` for the first."""
        try:
            command = self._commands.get(wait_s > 0, wait_s or None)
            while True:
                command()
                command = self._commands.get_nowait()
        except queue.Empty:
            return

    def call(
        self,
        function: Callable[Arguments, object],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> None:
        """Have the loop call `function`, in the order of calls."""
        if not self.broken:
            self._loop.call_soon_threadsafe(lambda: function(*args, **kwargs))

    def ask(self, question: Coroutine[None, None, Answer], within_s: float) -> Answer:
        """Run a coroutine on the loop and wait for it, obeying commands.

        Raises:
            TimeoutError: no answer in time (the coroutine is cancelled), or no loop.
        """
        if self.broken:
            question.close()
            raise TimeoutError("the event loop is closed")
        future = asyncio.run_coroutine_threadsafe(
            _within(question, within_s), self._loop
        )
        future.add_done_callback(lambda _: self.submit(_wake_up))
        while not future.done():
            self.obey(_LOOK_S)
        self.obey()  # what the loop asked for just before it answered
        return future.result()

    def hand_over(self, function: Callable[[Answer], object], batch: Answer) -> None:
        """Have the loop take a batch; wait, obeying, while it is far behind."""
        while not self._credits.acquire(timeout=_LOOK_S):
            self.obey()
            if self.broken:
                return
        self.call(self._take, function, batch)

    def _take(self, function: Callable[[Answer], object], batch: Answer) -> None:
        try:
            function(batch)
        finally:
            self._credits.release()


async def _within(question: Coroutine[None, None, Answer], within_s: float) -> Answer:
    async with asyncio.timeout(within_s):
        return await question


def _wake_up() -> None:
    """Ends a wait for commands."""
