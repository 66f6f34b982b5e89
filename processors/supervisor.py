"""Keeps worker processes running: starts, restarts after a crash, stops."""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bus.ports import Clock

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_STEADY_S = 30.0
_BEYOND_DRAIN_S = 15.0
_FAILED = 1
_REFUSED = 2


class Restarts:
    """Whether a process that has ended is started again, and how soon.

    After pauses that double, until one has lived for a while. One that was refused its
    settings (exit code 2) is not, nor one that has ended more than `most` times in a
    row; 0: any number.
    """

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self._in_a_row = 0

    def pause_s(self, code: int, lived_s: float) -> float | None:
        """The pause before it is started again; None: it is not."""
        if code == _REFUSED:
            return None
        self._in_a_row = 1 if lived_s > _STEADY_S else self._in_a_row + 1
        if self._most and self._in_a_row > self._most:
            return None
        doubled = _FIRST_PAUSE_S * 2.0 ** min(self._in_a_row - 1, 9)
        return min(doubled, _LONGEST_PAUSE_S)


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


class Supervisor:
    """Runs `bus run ROLE` in several processes; as an async context manager.

    A process that ends, by itself or by somebody's SIGTERM, is started again as
    `Restarts` says; where that ends, they all end. The processes also end when this
    one dies: they hold the other end of a pipe. `drain_s` is how long each may drain
    when it is stopped, `first` the index of the first one, `most` as `Restarts`.
    """

    def __init__(  # noqa: PLR0913 - what its owners may choose, by name
        self,
        arguments: Sequence[str],
        processes: int,
        clock: Clock,
        *,
        drain_s: float,
        first: int = 0,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        most: int = 0,
        on_crash: Callable[[int, int], None] = lambda _index, _code: None,
    ) -> None:
        self._arguments = list(arguments)
        self._processes = processes
        self._clock = clock
        self._term_s = drain_s + _BEYOND_DRAIN_S
        self._first = first
        self._environment = environment
        self._log = log
        self._most = most
        self._on_crash = on_crash
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[int]] = []
        self._stopping = False
        self._ready = [asyncio.Event() for _ in range(processes)]

    async def __aenter__(self) -> Self:
        """Start all."""
        self._keepers = [
            asyncio.create_task(self._keep(index)) for index in range(self._processes)
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop all, gently first."""
        await self.stop()

    async def ready(self) -> None:
        """Return once every process has said that it is ready, or has given up."""
        for event in self._ready:
            await event.wait()

    @property
    def given_up(self) -> bool:
        """Whether a process has ended and may not be started again."""
        return any(keeper.done() for keeper in self._keepers)

    async def wait(self) -> int:
        """Return the exit code once a process may not be started again."""
        done, _ = await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        return max(task.result() for task in done)

    async def stop(self) -> None:
        """SIGTERM to all, SIGKILL to those that do not drain in time."""
        self._stopping = True
        for process in self._running.values():
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        _, late = await asyncio.wait(self._keepers, timeout=self._term_s)
        for process in self._running.values():
            if late and process.returncode is None:
                process.kill()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def _keep(self, index: int) -> int:
        task = asyncio.current_task()
        if task is not None:
            # Not before the task is done: who waits for `ready` looks at once.
            task.add_done_callback(lambda _: self._ready[index].set())
        return await self._run(index)

    async def _run(self, index: int) -> int:
        restarts = Restarts(self._most)
        while True:
            began = self._clock.monotonic()
            if self._is_stopping():
                return 0
            process = await self._start(index)
            if process.stdout is not None and await process.stdout.readline():
                self._ready[index].set()
            code = await process.wait()
            if self._is_stopping():
                return code
            pause_s = restarts.pause_s(code, self._clock.monotonic() - began)
            if pause_s is None:
                return code if code == _REFUSED else _FAILED
            self._on_crash(index, code)
            await self._clock.sleep(pause_s)

    def _is_stopping(self) -> bool:
        return self._stopping

    async def _start(self, index: int) -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", "processors.cli", *self._arguments]
        command += ["--index", str(self._first + index)]
        command += ["--share", str(self._processes)]
        out: IO[bytes] | None = None
        if self._log is not None:
            out = self._log.open("ab")
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                "--attached",
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=out,
                # Ctrl-C in a terminal goes to us; they are told when it is time.
                start_new_session=True,
            )
        finally:
            if out is not None:
                out.close()
        self._running[index] = process
        return process
