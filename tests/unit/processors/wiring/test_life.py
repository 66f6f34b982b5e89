"""The life of a program: what it says while it ends."""

import asyncio
import json
import os
import signal
from contextlib import AsyncExitStack

import pytest

from processors.settings import load
from processors.telemetry.observer import Telemetry
from processors.wiring.life import Life, Program, live
from tests.support.bus import wait_until


class Idle:
    """A program that has nothing to drain."""

    async def broken(self) -> Exception:
        """Never."""
        await asyncio.Event().wait()
        raise AssertionError

    async def stop(self) -> None:
        """At once."""


async def test_what_is_closed_after_a_program_is_waited_for_aloud(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A client that does not reach Kafka takes its time, and it is said what for."""
    lines: list[dict[str, object]] = []

    def drains() -> bool:
        out, err = capfd.readouterr()
        lines.extend(json.loads(line) for line in (out + err).splitlines())
        return any(line["event"] == "draining" for line in lines)

    async def closed() -> None:
        await wait_until(drains, 30, "it says what it waits for")

    async def begin(telemetry: Telemetry, stack: AsyncExitStack, pages: str) -> Program:
        del telemetry, pages
        stack.push_async_callback(closed)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        return Idle()

    life = Life(program="idle", roles=["idle"], pages_port=None)
    await live(load(log_format="json"), life, begin)
    (draining,) = [line for line in lines if line["event"] == "draining"]
    assert draining["waits_for"] == "Kafka, to leave it in good order"
    drains()
    assert lines[-1]["event"] == "stopped"
