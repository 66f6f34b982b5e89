"""`bus run`: the processors."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from bus.errors import OrderbusError
from processors.cli.control import complain
from processors.cli.root import Root

if TYPE_CHECKING:
    from processors.settings import Settings

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
        from processors.delivery.engine import ROLES

        return ROLES if self is Role.ALL else (self.value,)


Which: TypeAlias = Annotated[Role, typer.Argument(help="Which processors.")]
Processes: TypeAlias = Annotated[
    int, typer.Option(min=1, max=256, help="How many; they share the partitions.")
]


@app.command("run")
def run_command(
    ctx: typer.Context,
    role: Which = Role.ALL,
    *,
    processes: Processes = 1,
    index: Annotated[int, typer.Option(hidden=True)] = 0,
    share: Annotated[int, typer.Option(hidden=True)] = 1,
    attached: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run processors until SIGTERM or Ctrl-C, then drain.

    fanout reads the source topics and makes first attempts; retry serves the tiers;
    ordered serves subscriptions with `ordering: key`. A subscription's concurrency
    and rate are shared out among the processes.

    Exit code 0: drained and stopped. 1: failed. 2: a setting is wrong.

    For example:
      bus run                       all in one process
      bus run fanout --processes 4
      ORDERBUS_BOOTSTRAP_SERVERS=kafka:9092 bus run retry
    """
    from processors.cli.processes import run_in_loop
    from processors.wiring.serve import serve

    given = cast(Root, ctx.obj)
    try:
        settings = given.settings()
        if processes == 1:
            work = serve(
                settings, role.programs, index=index, share=share, attached=attached
            )
            run_in_loop(work)
            return
        code = _run_several(given, settings, role, processes)
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)


def _run_several(given: Root, settings: "Settings", role: Role, count: int) -> int:
    from processors.cli.processes import run_in_loop, supervise
    from processors.wiring.listening import refuse_taken_pages

    refuse_taken_pages(settings, count)
    work = supervise(given.arguments, role.value, count, settings.drain_s)
    return run_in_loop(work)
