"""One supervised java process, driven from any event loop."""

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

_TICK_S = 0.05
_SUPERVISOR = Path(__file__).with_name("supervisor.py")


class SupervisedProcess:
    """A running command that ends with this program, however that ends.

    Its methods never block; `wait` does, for as long as it is told.
    """

    def __init__(
        self,
        command: list[str],
        console: Path,
        keep_open: tuple[int, ...] = (),
        rename: tuple[Path, Path] | None = None,
    ) -> None:
        """Start it, its output appended to `console`.

        `keep_open` are descriptors (locks) to hold for as long as it runs.
        `rename` names a file it writes and what that is called once complete.
        """
        self.pid: int | None = None
        self.exit_code: int | None = None
        self.lingers = rename is not None
        self._ended = threading.Event()
        # -I and -S: neither the user's site-packages nor ours are looked at.
        arguments = [console, *(rename or ("", "")), *command]
        with console.open("ab") as complaints:
            self._supervisor = subprocess.Popen(  # noqa: S603 - our own file
                [sys.executable, "-I", "-S", _SUPERVISOR, *map(str, arguments)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
                pass_fds=keep_open,
            )
        threading.Thread(target=self._listen, name="jvm-watch", daemon=True).start()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it has ended; false if it has not in `timeout_s`."""
        return self._ended.wait(timeout_s)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._ended.is_set()

    def stop(self) -> None:
        """Ask it to end in order."""
        self._tell(b"stop\n")

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self._tell(b"kill\n")

    def pause(self) -> None:
        """Freeze it (SIGSTOP): its connections stay open and silent."""
        self._tell(b"pause\n")

    def resume(self) -> None:
        """Let a frozen one go on (SIGCONT)."""
        self._tell(b"resume\n")

    def _tell(self, command: bytes) -> None:
        assert self._supervisor.stdin is not None  # noqa: S101 - asked for above
        with contextlib.suppress(BrokenPipeError, ValueError):  # it has ended
            self._supervisor.stdin.write(command)
            self._supervisor.stdin.flush()

    def _listen(self) -> None:
        assert self._supervisor.stdout is not None  # noqa: S101 - asked for above
        with self._supervisor.stdout as news:
            for line in news:
                what, number = line.split()
                if what == b"pid":
                    self.pid = int(number)
                else:
                    self.exit_code = int(number)
        self._supervisor.wait()
        assert self._supervisor.stdin is not None  # noqa: S101 - asked for above
        with contextlib.suppress(BrokenPipeError):
            self._supervisor.stdin.close()
        self._ended.set()


async def until(
    condition: Callable[[], Awaitable[bool]],
    process: SupervisedProcess | None,
    timeout_s: float,
) -> bool:
    """Ask every now and then; false once the time is up or `process` ended."""
    tick = process.wait if process else threading.Event().wait
    try:
        async with asyncio.timeout(timeout_s):
            while not await condition():
                if await asyncio.to_thread(tick, _TICK_S):
                    return False
    except TimeoutError:
        return False
    return True
