"""`bus run`: the processors."""

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import Annotated, cast

import typer
import uvloop

from bus.errors import OrderbusError
from processors.cli.control import complain
from processors.cli.root import Root
from processors.clock import SystemClock
from processors.delivery.engine import ROLES
from processors.stopping import stop_on_signals
from processors.supervisor import Supervisor
from processors.wiring.serve import serve

app = typer.Typer()


class Role(StrEnum):
    """What to run."""

    FANOUT = "fanout"
    RETRY = "retry"
    ORDERED = "ordered"
    ALL = "all"

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs behind the word."""
        return ROLES if self is Role.ALL else (self.value,)


@app.command("run")
def run_command(
    ctx: typer.Context,
    role: Annotated[Role, typer.Argument(help="Which processors.")] = Role.ALL,
    *,
    processes: Annotated[
        int, typer.Option(min=1, max=256, help="How many; they share the partitions.")
    ] = 1,
    index: Annotated[int, typer.Option(hidden=True)] = 0,
    share: Annotated[int, typer.Option(hidden=True)] = 1,
    attached: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run processors until SIGTERM or Ctrl-C; then they drain and leave.

    fanout reads the source topics and makes first attempts; retry serves the tiers;
    ordered serves subscriptions with `ordering: key`. A subscription's concurrency
    and rate are shared out among the processes.

    Exit code 0: drained and stopped. 1: failed. 2: a setting is wrong.

    For example:
      bus run                       all in one process
      bus run fanout --processes 4
      ORDERBUS_BOOTSTRAP_SERVERS=kafka:9092 bus run retry
    """
    given = cast(Root, ctx.obj)
    try:
        settings = given.settings()
        if processes == 1:
            work = serve(
                settings, role.programs, index=index, share=share, attached=attached
            )
            run_in_loop(work)
            return
        code = run_in_loop(
            _supervise(given.arguments, role, processes, settings.drain_s)
        )
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)


def run_in_loop(work: "Coroutine[object, object, int | None]") -> int:
    """Run a program on uvloop; return its exit code."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work) or 0


async def _supervise(
    arguments: dict[str, object], role: Role, processes: int, drain_s: float
) -> int:
    command = worker_command(arguments, role)
    say = f"bus run: {processes} processes of {role.value}; Ctrl-C drains and stops"
    typer.echo(say, err=True)

    def crashed(index: int, code: int) -> None:
        typer.echo(f"bus run: process {index} ended with {code}; again", err=True)

    stop = asyncio.Event()
    stop_on_signals(stop)
    async with Supervisor(
        command, processes, SystemClock(), drain_s=drain_s, on_crash=crashed
    ) as workers:
        ended = asyncio.create_task(workers.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        return ended.result() if ended.done() else 0


def worker_command(arguments: dict[str, object], role: Role) -> list[str]:
    """The arguments of a worker process with the same global options."""
    command: list[str] = []
    for name, value in arguments.items():
        if value is not None:
            command += [f"--{name.replace('_', '-')}", str(value)]
    return [*command, "run", role.value]
