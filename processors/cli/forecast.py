"""`bus forecast`: when what waits will be caught up with."""

from typing import Annotated

import typer

from processors.cli.control import run
from processors.cli.subscription_options import AsJson

app = typer.Typer()


@app.command("forecast")
def forecast_command(
    ctx: typer.Context,
    subscription: Annotated[
        str | None,
        typer.Argument(
            metavar="[SUBSCRIPTION]", help="One only; else all, and topics."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say when backlogs will be gone, as ranges of 80 %.

    Of each source topic, subscription and retry tier: how much waits, how much of it
    is overdue, when that will be caught up with, and how often such forecasts were
    right. It says so where nobody could tell. From what the projector counts every
    half minute (`bus run projector`).

    Exit code 1: there is no such subscription.

    For example:
      bus forecast
      bus forecast my-shop
      bus forecast --json | jq '.[] | select(.verdict == "never")'
    """
    from processors.cli.forecast_work import tell_forecasts

    run(
        ctx,
        lambda world: tell_forecasts(ctx, world, subscription, as_json=as_json),
        reads=True,
    )
