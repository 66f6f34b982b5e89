"""The consumers on the pages of sinks, run as programs: they read what was sent."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.contract.sinks.parcels import SECRET
from tests.support.bus import CLOCK, ROOT, wait_until

_VERIFYING = ROOT / "docs" / "verify" / "python" / "webhook.py"
_WITHIN_S = 60


def sample_of(page: str) -> str:
    """The program on a page of `docs/sinks`."""
    text = (ROOT / "docs" / "sinks" / f"{page}.md").read_text()
    return text.rpartition("```python\n")[2].partition("```")[0]


class Consumer:
    """A sample that runs, and what it printed."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def says(self, lines: int) -> list[str]:
        """What it printed, once that is so many lines."""
        await wait_until(
            lambda: len(self._said()) >= lines or self._process.returncode is not None,
            _WITHIN_S,
            f"the sample said too little: {self._said()}",
        )
        assert self._process.returncode is None, self._log.read_text()
        return self._said()

    def quiet_s(self) -> float:
        """For how long it has printed nothing."""
        return CLOCK.now() - self._log.stat().st_mtime

    def _said(self) -> list[str]:
        return self._log.read_text().splitlines()


@asynccontextmanager
async def consuming(
    code: str, folder: Path, told: Mapping[str, str]
) -> AsyncIterator[Consumer]:
    """Run it beside `webhook.py`, with these variables."""
    shutil.copy(_VERIFYING, folder)
    (folder / "sample.py").write_text(code)
    log = folder / "said"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-u",
            "sample.py",
            cwd=folder,
            env={**os.environ, "WEBHOOK_SECRET": SECRET, **told},
            stdout=output,
            stderr=output,
        )
    try:
        yield Consumer(process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
