"""A NATS of a test's own, with JetStream: a free port, a folder, settings."""

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.starting import started

_WITHIN_S = 30
MOST_BYTES = 2_000_000
_CONFIG = """\
listen: 127.0.0.1:{port}
max_payload: {most_bytes}
jetstream {{ store_dir: "{folder}/data" }}
{more}
"""


@contextmanager
def running_nats(more: str = "") -> Iterator["NatsUnderTest"]:
    """Run a server on a folder of its own; `more` is added to its settings."""
    server = NatsUnderTest(more)
    try:
        server.start()
        yield server
    finally:
        server.discard()


class NatsUnderTest:
    """One server; keeps its port over restarts, and what its streams have."""

    def __init__(self, more: str = "") -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="orderbus-nats-"))
        self._process: subprocess.Popen[bytes] | None = None
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            self.port: int = taken.getsockname()[1]
        config = _CONFIG.format(
            port=self.port, most_bytes=MOST_BYTES, folder=self._folder, more=more
        )
        (self._folder / "nats.conf").write_text(config)

    def start(self) -> None:
        """Start it and wait until it listens."""
        program = Path(sys.executable).with_name("nats-server")
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - NATS's own program
                [program, "-c", "nats.conf"], cwd=self._folder, stdout=log, stderr=log
            )
        started(self._listens, self._process, self._folder / "log", _WITHIN_S)

    def kill(self) -> None:
        """SIGKILL it, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def discard(self) -> None:
        """End it, and remove all it wrote."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listens(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
