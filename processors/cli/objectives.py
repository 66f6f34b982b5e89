"""`bus objectives`: what is aimed at for subscriptions, and how that goes."""

from typing import Annotated

import typer

from processors.cli.control import run
from processors.cli.subscription_options import AsJson

app = typer.Typer()


@app.command("objectives")
def objectives_command(
    ctx: typer.Context,
    subscription: Annotated[
        str | None,
        typer.Argument(metavar="[SUBSCRIPTION]", help="One, with causes and days."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say how the objectives of subscriptions go.

    Of 30 days: which share of deliveries was accepted in time, what is left of the
    error budget and when it is used up, and how many are bad by the receiver's
    causes and by the sender's. Of one also the incidents and uptime of 90 days.

    Exit code 1: there is no such subscription.

    For example:
      bus objectives
      bus objectives my-shop
      bus objectives --json | jq -r '.[] | select(.left < 0).subscription'
    """
    from processors.cli.objectives_work import tell_objectives

    run(
        ctx,
        lambda world: tell_objectives(ctx, world, subscription, as_json=as_json),
        reads=True,
    )
