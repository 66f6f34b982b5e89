"""The server of a demo ends with the demo, however that ends."""

import asyncio
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from bus.adapters.nats.server import program
from tests.support.bus import wait_until

_STARTS = """\
import asyncio, sys
from pathlib import Path
from bus.adapters.nats.server import NatsServer

async def main():
    print(await NatsServer(Path(sys.argv[1])).start(), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.skipif(program() is None, reason="nats-server is not installed")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child")
async def test_it_ends_with_who_started_it(tmp_path: Path) -> None:
    """Killed without a word."""
    command = [sys.executable, "-c", _STARTS, str(tmp_path)]
    started = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert started.stdout is not None
    port = int(await started.stdout.readline())
    assert _listens(port)
    started.kill()
    await started.wait()
    await wait_until(lambda: not _listens(port), 20, "the server is there still")
