"""Running programs: one in this process, several in processes of their own."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, TypeVar

import uvloop

from processors.clock import SystemClock
from processors.screen.saying import say
from processors.stopping import run_minding, stop_on_signals
from processors.supervisor import Supervisor, how_it_ended
from processors.wiring.draining import tell_how_to_end

if TYPE_CHECKING:
    from processors.settings import Settings

Outcome = TypeVar("Outcome")


def run_in_loop(work: Coroutine[object, object, int | None]) -> int:
    """Run a program on uvloop; return its exit code."""
    return run_minding(work, uvloop.new_event_loop) or 0


async def supervise(
    arguments: dict[str, object], role: str, processes: int, drain_s: float
) -> int:
    """Run a role in several processes until asked to stop; return the exit code."""
    command = worker_command(arguments, role)
    line = f"bus run: {processes} processes of {role}; Ctrl-C drains and stops"
    say(line, err=True)

    def crashed(index: int, code: int) -> None:
        ended = how_it_ended(code)
        say(f"bus run: process {index} {ended}; again", err=True)

    stop = asyncio.Event()
    stop_on_signals(stop)
    async with Supervisor(
        command, processes, SystemClock(), drain_s=drain_s, on_crash=crashed
    ) as workers:
        ended = asyncio.create_task(workers.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stop.is_set():
            tell_how_to_end()
        return ended.result() if ended.done() else 0


async def run_beside(
    arguments: dict[str, object],
    role: str,
    first: int,
    settings: "Settings",
    work: Coroutine[object, object, Outcome],
) -> Outcome:
    """Do some work, and meanwhile keep a process of another role running.

    `first` is its index. Whatever becomes of it, the work goes on.
    """
    say(f"bus run: {role} beside it, in a process of its own", err=True)

    def crashed(_: int, code: int) -> None:
        say(f"bus run: {role} {how_it_ended(code)}; again", err=True)

    async with Supervisor(
        worker_command(arguments, role),
        1,
        SystemClock(),
        drain_s=settings.drain_s,
        first=first,
        on_crash=crashed,
    ):
        return await work


def worker_command(arguments: dict[str, object], role: str) -> list[str]:
    """The arguments of a worker process with the same global options."""
    command: list[str] = []
    for name, value in arguments.items():
        if value is not None:
            command += [f"--{name.replace('_', '-')}", str(value)]
    return [*command, "run", role]
