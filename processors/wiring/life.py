"""The life of a program: begun, watched, drained on SIGTERM."""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from bus.errors import WorkerBrokenError
from processors.clock import SystemClock
from processors.settings import Settings
from processors.stopping import stop_on_signals
from processors.telemetry import names
from processors.telemetry.observer import Telemetry, TelemetryConfig
from processors.wiring.draining import draining

_LOOK_S = 0.02


class Program(Protocol):
    """What runs until it is asked to stop."""

    async def broken(self) -> Exception:
        """Return the bug that ended it; only a new process helps."""
        ...

    async def stop(self) -> None:
        """Drain, then let go of the rest."""
        ...


class Beginning(Protocol):
    """Begins a program; what has to be closed after it goes into the stack."""

    def __call__(
        self, telemetry: Telemetry, stack: AsyncExitStack, pages: str
    ) -> Coroutine[None, None, Program]:
        """`pages`: the URL of the program's pages, or ""."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a process is called, and how it is held.

    An attached one also ends when its standard input does: its parent has died.
    `pages_port` None: it serves no pages.
    """

    program: str
    roles: Sequence[str]
    pages_port: int | None
    attached: bool = False


async def live(settings: Settings, life: Life, beginning: Beginning) -> None:
    """Run a program until SIGTERM or SIGINT, then drain.

    Raises:
        OrderbusError: it cannot start, and says what to do; or a bug has ended it,
            and only a new process helps.
    """
    telemetry = _telemetry(settings, life.program)
    url = await telemetry.start(settings.http_host, life.pages_port)
    stop = _stop_event(attached=life.attached)
    try:
        async with AsyncExitStack() as stack:
            begun = beginning(telemetry, stack, url)
            if (program := await _unless(stop, begun)) is None:
                telemetry.note(names.STOPPED)
                return
            telemetry.note(names.STARTED, roles=list(life.roles), http=url)
            spare_the_collector()
            saying = asyncio.create_task(_say_ready(telemetry, attached=life.attached))
            bug = await _first(stop, program)
            saying.cancel()
            if bug is not None:
                telemetry.note(names.BUG, why=repr(bug), exc_info=bug)
            async with draining(telemetry, SystemClock(), attached=life.attached):
                await program.stop()
                await stack.aclose()  # while it says what it waits for
        telemetry.note(names.STOPPED)
        if bug is not None:
            raise WorkerBrokenError("a worker was ended by a bug; see its log") from bug
    finally:
        await telemetry.stop()


def _telemetry(settings: Settings, program: str) -> Telemetry:
    config = TelemetryConfig(
        program=program,
        version=version("orderbus"),
        log_format=settings.log_format,
        log_level=settings.log_level,
        otlp_endpoint=settings.otlp_endpoint,
        trace_ratio=settings.trace_ratio,
        host_names=_names(settings.http_host_names),
    )
    return Telemetry(SystemClock(), config)


def _names(text: str | None) -> Sequence[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def spare_the_collector() -> None:
    """What lives now lives long: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


async def _unless(
    stop: asyncio.Event, beginning: Coroutine[None, None, Program]
) -> Program | None:
    """Give up the beginning when asked to stop: Kafka may be away for long."""
    begun = asyncio.create_task(beginning)
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({begun, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if begun.done():
        return begun.result()
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    return None


async def _first(stop: asyncio.Event, program: Program) -> Exception | None:
    """Wait until asked to stop (None), or until a bug ends a loop."""
    stopped = asyncio.create_task(stop.wait())
    broken = asyncio.create_task(program.broken())
    await asyncio.wait({stopped, broken}, return_when=asyncio.FIRST_COMPLETED)
    bug = broken.result() if broken.done() else None
    stopped.cancel()
    broken.cancel()
    return bug


async def _say_ready(telemetry: Telemetry, *, attached: bool) -> None:
    """Note when all readiness checks pass; tell the parent, which reads our output."""
    clock = SystemClock()
    while set(telemetry.health.readiness().values()) != {"ok"}:
        await clock.sleep(_LOOK_S)
    telemetry.note(names.READY)
    if attached:
        sys.stdout.write("ready\n")
        sys.stdout.flush()


def _stop_event(*, attached: bool) -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    stop_on_signals(stop)
    if attached:

        def watch() -> None:
            # Not through sys.stdin: its lock would be held at the interpreter's end.
            while os.read(sys.stdin.fileno(), 4096):
                pass
            loop.call_soon_threadsafe(stop.set)

        threading.Thread(target=watch, name="parent", daemon=True).start()
    return stop
