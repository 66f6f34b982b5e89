"""A part of `bus dev` dies: it says why, and helps where it can."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.bus import wait_until
from tests.support.kafka import create_topic, topics
from tests.support.pace import patience

pytestmark = pytest.mark.kafka
_PATIENCE_S = 120
_SIZE = "192m"


@dataclass
class Dev:
    """A running `bus dev` and what it has said."""

    process: asyncio.subprocess.Process
    data: Path
    said: str = ""

    async def until(self, words: str) -> None:
        """Read on until it says so."""
        assert self.process.stderr is not None
        async with asyncio.timeout(patience(_PATIENCE_S)):
            while words not in self.said:
                line = await self.process.stderr.readline()
                assert line, f"{words!r} never came: {self.said}"
                self.said += line.decode()

    async def ended(self) -> int:
        """Its exit code; what it said until then is read."""
        assert self.process.stderr is not None
        async with asyncio.timeout(patience(_PATIENCE_S)):
            self.said += (await self.process.stderr.read()).decode()
            return await self.process.wait()

    @property
    def kafka(self) -> int:
        """The java process."""
        settings = str(self.data / "kafka" / "node-1" / "server.properties")
        [pid] = [
            int(line.split()[0])
            for line in _listed()
            if f"kafka.Kafka {settings}" in line and "supervisor.py" not in line
        ]
        return pid

    def worker(self, role: str) -> int:
        """The process that runs a role."""
        [pid] = [
            int(line.split()[0])
            for line in _listed()
            if f"run {role} --index" in line
            and int(line.split()[1]) == self.process.pid
        ]
        return pid

    @property
    def servers(self) -> str:
        """Where its Kafka is."""
        [line] = [
            line for line in self.said.splitlines() if line.startswith("Kafka   ")
        ]
        return line.split()[1]


def _listed() -> list[str]:
    command = ["/bin/ps", "-axww", "-o", "pid=,ppid=,args="]
    return subprocess.check_output(command, text=True).splitlines()  # noqa: S603 - ours


@asynccontextmanager
async def dev(data: Path) -> AsyncIterator[Dev]:
    """Run it, up to the line that says how to stop it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "processors.cli", "--data-dir", str(data), "dev"),
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "ORDERBUS_HTTP_PORT": "0",
            "ORDERBUS_API_PORT": "0",
            "ORDERBUS_PULL_PORT": "0",
            "ORDERBUS_LOG_LEVEL": "error",
        },
    )
    opened = Dev(process, data)
    try:
        await opened.until("Ctrl-C stops it")
        yield opened
    finally:
        if process.returncode is None:
            process.terminate()
            await opened.ended()


@contextmanager
def small_disk(where: Path) -> Iterator[Path]:
    """A disk of its own, in memory; only root can mount one."""
    where.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "none", str(where)]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - ours
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a full disk was NOT tested, a small one cannot be made: {error}")
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)  # noqa: S603, S607 - ours


@pytest.mark.long
async def test_killed_it_is_started_once_more(tmp_path: Path) -> None:
    """Its data and address stay; killed again, all ends with 1, cause and log named."""
    async with dev(tmp_path) as running:
        await _restarts(running)
        create_topic(running.servers, "kept")
        os.kill(running.kafka, signal.SIGKILL)
        await running.until("Kafka node 1 runs again.")
        assert "kept" in topics(running.servers)
        os.kill(running.kafka, signal.SIGKILL)
        assert await running.ended() == 1
    log = tmp_path / "kafka" / "node-1" / "kafka.log"
    assert running.said.count("has ended: killed (SIGKILL)") == 2
    assert running.said.count(f"its log: {log}") == 2


async def _restarts(running: Dev) -> None:
    """A worker that is stopped or killed is started again, which one line says."""
    before = running.worker("all"), running.worker("gateway")
    os.kill(before[0], signal.SIGTERM)
    await running.until("bus run all ended with 0; starting it again.")
    os.kill(before[1], signal.SIGKILL)
    await running.until("bus run gateway was ended by SIGKILL; starting it again.")
    assert running.said.count("starting it again.") == 2

    def again() -> bool:
        try:
            after = running.worker("all"), running.worker("gateway")
        except ValueError:  # between two of them
            return False
        return not set(before) & set(after)

    await wait_until(again, 30, "both run again")


@pytest.mark.long
async def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """Starting again is no use: all ends with 1.

    What a full disk is known by, test_death.py holds; how all ends, the test above.
    """
    with small_disk(tmp_path / "disk") as disk:
        async with dev(disk / "data") as running:
            _fill(disk / "other")
            assert await running.ended() == 1
        assert "could not write: no space left on device" in running.said
        assert str(disk / "data" / "kafka" / "node-1" / "kafka.log") in running.said
        assert "runs again" not in running.said


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as rest:
        size = 1 << 20
        while size:
            try:
                rest.write(bytes(size))
            except OSError:
                size //= 2
