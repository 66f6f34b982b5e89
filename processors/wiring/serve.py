"""A worker process: started, watched, drained on SIGTERM."""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version

from bus.errors import ConfigurationError, WorkerBrokenError
from processors.clock import SystemClock
from processors.settings import Settings
from processors.stopping import stop_on_signals
from processors.telemetry import Telemetry, TelemetryConfig, names
from processors.telemetry.troubles import ClientTroubles
from processors.wiring.adapters import Adapters, open_adapters
from processors.wiring.worker import Worker


async def serve(
    settings: Settings,
    roles: Sequence[str],
    *,
    index: int = 0,
    share: int = 1,
    attached: bool = False,
) -> None:
    """Run the programs until SIGTERM or SIGINT, then drain.

    `index` and `share` say which of how many processes this is. An attached one
    also ends when its standard input does: its parent has died.

    Raises:
        OrderbusError: it cannot start, and says what to do; or a bug has ended it,
            and only a new process helps.
    """
    telemetry = _telemetry(settings, roles)
    url = await telemetry.start(settings.http_host, _port(settings, index))
    stop = _stop_event(attached=attached)
    try:
        async with AsyncExitStack() as stack:
            beginning = _begin(settings, telemetry, roles, share, stack, url)
            if (worker := await _unless(stop, beginning)) is None:
                telemetry.note(names.STOPPED)
                return
            telemetry.note(names.STARTED, roles=list(roles), http=url)
            _spare_the_collector()
            saying = asyncio.create_task(_say_ready(telemetry, attached=attached))
            bug = await _first(stop, worker)
            saying.cancel()
            if bug is not None:
                telemetry.note(names.BUG, why=repr(bug), exc_info=bug)
            telemetry.note(names.STOPPING)
            await worker.stop()
        telemetry.note(names.STOPPED)
        if bug is not None:
            raise WorkerBrokenError("a worker was ended by a bug; see its log") from bug
    finally:
        await telemetry.stop()


_ALL = ("fanout", "retry", "ordered")
_LOOK_S = 0.02


def _port(settings: Settings, index: int) -> int | None:
    return settings.http_port + index if settings.http_port else None


def _telemetry(settings: Settings, roles: Sequence[str]) -> Telemetry:
    config = TelemetryConfig(
        program="+".join(roles) if len(roles) < len(_ALL) else "bus",
        version=version("orderbus"),
        log_format=settings.log_format,
        log_level=settings.log_level,
        otlp_endpoint=settings.otlp_endpoint,
        trace_ratio=settings.trace_ratio,
    )
    return Telemetry(SystemClock(), config)


def _spare_the_collector() -> None:
    """What lives now lives long: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


async def _begin(
    settings: Settings,
    telemetry: Telemetry,
    roles: Sequence[str],
    share: int,
    stack: AsyncExitStack,
    pages: str,
) -> Worker:
    troubles = ClientTroubles(telemetry, SystemClock())
    adapters = await stack.enter_async_context(open_adapters(settings, troubles))
    await _check_topics(adapters)
    worker = Worker(
        adapters,
        telemetry,
        telemetry.health,
        on_event=troubles,
        roles=roles,
        share=share,
        pages=pages,
    )
    await worker.start()
    return worker


async def _unless(
    stop: asyncio.Event, beginning: Coroutine[None, None, Worker]
) -> Worker | None:
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


async def _check_topics(adapters: Adapters) -> None:
    needed = {topic.name for topic in adapters.topology.fixed()}
    if adapters.settings.registry_url is not None:
        needed.discard(adapters.topology.schemas)
    missing = sorted(needed - (await adapters.topics.describe(needed)).keys())
    if missing:
        raise ConfigurationError(
            f"topics are missing: {', '.join(missing)}; make them: bus topics apply"
        )


async def _first(stop: asyncio.Event, worker: Worker) -> Exception | None:
    """Wait until asked to stop (None), or until a bug ends a loop."""
    stopped = asyncio.create_task(stop.wait())
    broken = asyncio.create_task(worker.broken())
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
