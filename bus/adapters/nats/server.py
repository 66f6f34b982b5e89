"""A NATS server with JetStream beside this process, for a demo: NATS's own program."""

import asyncio
import shutil
import socket
import sys
from contextlib import closing, suppress
from pathlib import Path

from bus.errors import ConfigurationError

_PROGRAM = "nats-server"
# Linux ends it with whoever started it, killed or not.
_WITH_US = """\
import ctypes, os, signal, sys
if sys.platform == "linux":
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
os.execv(sys.argv[1], sys.argv[1:])
"""
_WITHIN_S = 20.0
_LOOK_S = 0.05


def program() -> str | None:
    """Where it is: beside this Python, or on the path. None: nowhere."""
    beside = Path(sys.executable).with_name(_PROGRAM)
    return str(beside) if beside.is_file() else shutil.which(_PROGRAM)


class NatsServer:
    """A server on a free port of loopback, its streams in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> int:
        """Start it; returns its port once it listens.

        Raises:
            ConfigurationError: there is none, or it does not start.
        """
        found = program()
        if found is None:
            raise ConfigurationError(f"there is no {_PROGRAM} here")
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port: int = taken.getsockname()[1]
        where = ["-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(self._folder)]
        silent = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-c", _WITH_US, found, *where),
            stdin=silent,
            stdout=silent,
            stderr=silent,
        )
        try:
            async with asyncio.timeout(_WITHIN_S):
                while not await _listens(port):
                    if self._process.returncode is not None:
                        raise ConfigurationError(f"{_PROGRAM} has ended at once")
                    await asyncio.sleep(_LOOK_S)  # noqa: TID251 - it knows no Clock
        except TimeoutError:
            raise ConfigurationError(f"{_PROGRAM} does not listen") from None
        return port

    async def stop(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
