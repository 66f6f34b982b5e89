"""Terminals in which a test does what a page says, on ports of its own."""

import asyncio
import os
import re
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.bus import ROOT, wait_until
from tests.support.pace import patience


def installed(text: str) -> str:
    """A block without what has been done for the tests: `bus` is in the PATH."""
    return re.sub(r"(make install && )?\. \.venv/bin/activate && ", "", text)


def free_port() -> int:
    """A port nobody listens on, nor gets for a connection of his own meanwhile."""
    while True:
        port = 16_000 + secrets.randbelow(16_000)
        with socket.socket() as bound, suppress(OSError):
            bound.bind(("127.0.0.1", port))
            return port


@dataclass
class Terminals:
    """Runs what README.md says, its ports replaced by free ones."""

    folder: Path
    ports: dict[str, int] = field(
        default_factory=lambda: {p: free_port() for p in ("9092", "8081", "8000")}
    )
    started: list[asyncio.subprocess.Process] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def here(self, text: str) -> str:
        """A block, with the ports of this test."""
        return re.sub("|".join(self.ports), lambda m: str(self.ports[m[0]]), text)

    def around(self) -> dict[str, str]:
        """The environment of what is started here."""
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "ORDERBUS_DATA_DIR": str(self.folder / "data"),
            "ORDERBUS_HTTP_PORT": "0",
            "ORDERBUS_API_PORT": "0",
            "ORDERBUS_PULL_PORT": "0",
            **self.environment,
        }

    async def start(self, *command: str) -> tuple[asyncio.subprocess.Process, Path]:
        """Start a program; return it and where its output goes."""
        log = self.folder / f"terminal-{len(self.started)}.log"
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=ROOT,
                env=self.around(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        self.started.append(process)
        return process, log

    async def run(self, *command: str) -> str:
        """Run a program to its good end; return what it said."""
        process, log = await self.start(*command)
        code = await asyncio.wait_for(process.wait(), patience(60))
        said = log.read_text()
        assert code == 0, f"{command}: {code}\n{said}"
        return said

    async def shell(self, text: str) -> str:
        """Run a shell block."""
        return await self.run("bash", "-ec", self.here(installed(text)))

    async def typed(self) -> "Typed":
        """A shell that stays open: what one block sets, the next ones have."""
        process = await asyncio.create_subprocess_exec(
            "sh",
            cwd=ROOT,
            env=self.around(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self.started.append(process)
        return Typed(process)

    async def python(self, text: str) -> list[str]:
        """A Python block as a command."""
        file = self.folder / f"block-{abs(hash(text))}.py"
        file.write_text(self.here(text))
        return [sys.executable, str(file)]

    async def keep(self, text: str, until: str) -> Path:
        """Start what a shell block starts, wait for its word; where it goes on."""
        command = f"exec env {self.here(installed(text)).strip()}"
        process, log = await self.start("bash", "-ec", command)

        def over() -> bool:
            return until in log.read_text() or process.returncode is not None

        await wait_until(over, 90, f"{command}: {until}")
        assert process.returncode is None, f"{command}:\n{log.read_text()}"
        return log


@dataclass(frozen=True)
class Typed:
    """A shell, and blocks typed into it one after the other."""

    process: asyncio.subprocess.Process

    async def __call__(self, text: str) -> str:
        """What the shell and its commands say to a block; the last ends well."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        mark = f"end-{secrets.token_hex(8)}"
        self.process.stdin.write(f'{text}\necho "{mark} $?"\n'.encode())
        said = ""
        async with asyncio.timeout(patience(30)):
            while mark not in said:
                line = await self.process.stdout.readline()
                assert line, said
                said += line.decode()
        said, _, code = said.partition(mark)
        assert code.strip() == "0", f"{text}\n{said}"
        return said


@asynccontextmanager
async def terminals(
    folder: Path, environment: dict[str, str] | None = None
) -> AsyncIterator[Terminals]:
    """Terminals whose programs end with the test."""
    opened = Terminals(folder, environment=environment or {})
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_end, opened)
        yield opened


async def _end(opened: Terminals) -> None:
    for process in reversed(opened.started):
        if process.stdin is not None:
            process.stdin.close()
        elif process.returncode is None:
            process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), patience(30))
