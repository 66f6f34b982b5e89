"""`bus status`: how everything is, on one screen."""

from typing import Annotated

import typer

from processors.cli.control import exit_with, over_api
from processors.cli.subscription_options import AsJson

app = typer.Typer()


@app.command("status")
def status_command(
    ctx: typer.Context,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Look again every 2 s, until Ctrl-C.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show processes, lag, breakers, dead letters on one screen.

    Asks Kafka only, from anywhere, and needs no encryption key. Each question has
    5 s; what is not answered in time is unknown, and says why.

    Exit code 1: something is unknown, or no process runs.

    For example:
      bus status
      bus status --watch
      bus status --json | jq -r '.troubles[]'
    """
    from processors.cli.status_work import tell_status

    if not over_api(ctx):
        exit_with(ctx, tell_status(ctx, watch=watch, as_json=as_json))
