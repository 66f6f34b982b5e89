"""`bus demo`: everything at once, in a temporary folder."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, cast

import typer

from bus.errors import ConfigurationError, OrderbusError
from processors.cli.control import complain, console
from processors.cli.root import Root

app = typer.Typer()


@app.command("demo")
def demo_command(
    ctx: typer.Context,
    *,
    events: Annotated[
        int, typer.Option(min=100, help="How many events to play, at least.")
    ] = 1000,
    rate: Annotated[float, typer.Option(min=1, help="Events a second.")] = 50.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
) -> None:
    """Show the whole bus at work, in about a minute.

    Starts a real Kafka in a temporary folder, the processors, and partners that are
    good, slow, flaky, XML-only, picky and dead; plays a stream of orders; waits
    until every delivery is accepted or a dead letter; repairs the picky partner and
    replays its dead letters. Beside it three channels send orders in; two that rules
    hold are mended or let go. Ctrl-C stops it at any moment, and nothing stays.

    Exit code 0: nothing is missing. 1: something is.
    """
    from processors.cli.demo_show import stack_plan, until_stopped
    from processors.cli.processes import run_in_loop
    from processors.demo.run import DemoPlan

    try:
        given = cast(Root, ctx.obj).given()
        out = console(stderr=as_json)
        with TemporaryDirectory(prefix="orderbus-demo-") as folder:
            plan = DemoPlan(events, rate)
            stack = stack_plan(given, Path(folder))
            code = run_in_loop(until_stopped(stack, plan, out, as_json=as_json))
    except OSError as error:
        code = complain(ctx, ConfigurationError(f"no temporary folder: {error}"))
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)
