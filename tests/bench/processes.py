"""The processes beside the workers: how one is started, asked and ended.

Each ends when its standard input does, so that none outlives the benchmark.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from urllib.request import Request, urlopen

from tests.bench.events import Peer, Setting
from tests.support.pace import patience

_STOP_S = 60.0


class Child:
    """A process of ours; it ends when its standard input does."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @property
    def pid(self) -> int:
        """Its id."""
        return self.process.pid

    async def ask(self, line: str) -> str:
        """Write a line and read one."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        return await self.said()

    async def said(self) -> str:
        """The next line it writes."""
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"process {self.pid} ended: {await self.process.wait()}")
        return line.decode()

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Tell it to end and wait."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        try:
            await asyncio.wait_for(self.process.wait(), patience(_STOP_S))
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


class Receiver:
    """The fast receiver, in its own process."""

    def __init__(self, child: Child, url: str) -> None:
        self.child = child
        self.url = url

    async def counts(self) -> dict[str, object]:
        """How many requests there were, and their latencies."""
        return dict(await self._ask("GET", "_counts"))  # type: ignore[call-overload, no-any-return]

    async def requests(self) -> int:
        """How many requests there were."""
        return int(str((await self.counts())["requests"]))

    async def latency_ms(self) -> dict[str, float]:
        """Percentiles from due to arrival since the last `forget`."""
        found = (await self.counts())["latency_ms"]
        assert isinstance(found, dict)
        return found

    async def log(self) -> list[dict[str, object]]:
        """All requests, if the receiver remembers."""
        return list(await self._ask("GET", "_log"))  # type: ignore[call-overload, no-any-return]

    async def forget(self) -> None:
        """Begin again."""
        await self._ask("DELETE", "_log")

    async def behave(self, behaviours: Mapping[str, Mapping[str, object]]) -> None:
        """Let paths behave from now on."""
        await self._ask("PUT", "_behaviours", json.dumps(behaviours).encode())

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> object:
        def ask() -> object:
            request = Request(self.url + path, data=body, method=method)  # noqa: S310 - loopback
            with urlopen(request, timeout=30) as reply:  # noqa: S310 - loopback
                content: bytes = reply.read()
            return json.loads(content) if content else None

        return await asyncio.to_thread(ask)


async def start_child(module: str, *arguments: str) -> Child:
    """Start a module of ours."""
    return Child(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**26,
        )
    )


async def open_receiver(
    stack: AsyncExitStack, *, remember: bool = False, port: int = 0
) -> Receiver:
    """Start a receiver that lives as long as the stack."""
    options = ["--measure", "--until-eof", "--port", str(port)]
    if not remember:
        options.append("--forget")
    child = await start_child("processors.receiver", *options)
    stack.push_async_callback(child.stop)
    return Receiver(child, str(json.loads(await child.said())["url"]))


async def peer_load(stack: AsyncExitStack, peer: Peer) -> Child:
    """Start a producer that submits to another system."""
    child = await start_child("tests.bench.load")
    stack.push_async_callback(child.stop)
    await child.ask(Setting(peer=peer).model_dump_json())
    return child
