"""`bus` without its start: one process imports all of it, and forks for each command.

A command is a process still, with words, environment, output and exit code of its own;
what it saves is a second of imports, and the clearing away of all that was imported
(it ends as multiprocessing's do). For tests that run many; that `bus` starts and ends
by itself is held by test_readme.py and others.
"""

import asyncio
import gc
import json
import os
import pkgutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import processors
from processors.cli import main
from tests.support.pace import patience

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class WarmBus:
    """Runs commands one after the other; `out` takes what each says."""

    process: asyncio.subprocess.Process
    out: Path

    async def __call__(self, *words: str) -> tuple[int, str]:
        """Its exit code, and what it said."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(words).encode() + b"\n")
        async with asyncio.timeout(patience(90)):
            code = await self.process.stdout.readline()
        return int(code), await asyncio.to_thread(self.out.read_text)


@asynccontextmanager
async def warm_bus(
    folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[WarmBus]:
    """One whose commands see this environment; all of it ends with the test."""
    out = folder / "warm.log"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.warm", str(out)),
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield WarmBus(process, out)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _warmed() -> None:
    for found in pkgutil.walk_packages(processors.__path__, "processors."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    gc.collect()
    gc.freeze()  # nothing of it is copied just to be looked at


def _becomes(words: list[str], out: str) -> None:
    """This process is the command from here on."""
    log = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    sys.argv = ["bus", *words]
    main()


def _serve(out: str) -> None:
    _warmed()
    with os.fdopen(os.dup(0), "rb", buffering=0) as asked:
        while line := asked.readline():
            child = get_context("fork").Process(
                target=_becomes, args=(json.loads(line), out)
            )
            child.start()
            child.join()
            os.write(1, f"{child.exitcode}\n".encode())


if __name__ == "__main__":
    _serve(sys.argv[1])
