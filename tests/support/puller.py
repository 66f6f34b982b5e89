"""A partner that pulls, as a process that can be killed.

It writes down what it has before it says so: `python -m tests.support.puller URL
SUBSCRIPTION KEY_FILE OUT`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bus.adapters.grpc.puller import PullInlet
from bus.receiving import Arrival, Reaction
from tests.support.bus import ROOT


@dataclass
class Puller:
    """Its processes one after the other, and what all of them had."""

    url: str
    subscription: str
    key_file: Path
    out: Path

    @asynccontextmanager
    async def dialling(self) -> AsyncIterator[None]:
        """Run it; killed in the end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__, self.url, self.subscription),
            *(str(self.key_file), str(self.out)),
            cwd=ROOT,
        )
        try:
            yield
            assert process.returncode is None
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def had(self) -> list[str]:
        """The webhook-ids that came, in order, repeats too."""
        return self.out.read_text().split() if self.out.exists() else []


async def main(url: str, subscription: str, key_file: str, out: str) -> None:
    """Pull until killed."""
    written = Path(out).open("ab", buffering=0)  # noqa: ASYNC230, SIM115 - a line at a time

    async def take(arrival: Arrival) -> Reaction:
        written.write(arrival.headers[b"webhook-id"] + b"\n")
        return Reaction(200)

    await PullInlet(url, subscription, Path(key_file).read_text()).open(take)  # noqa: ASYNC240 - once
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
