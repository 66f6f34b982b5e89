"""`bus jobs`: what a gateway does that outlives a request."""

from typing import Annotated, TypeAlias

import typer

from bus.errors import ConfigurationError
from processors.cli.control import complain, over_api
from processors.cli.subscription_options import AsJson

app = typer.Typer(
    help="Jobs of a gateway: replays, discards, removals.", no_args_is_help=True
)
JobId: TypeAlias = Annotated[
    str, typer.Argument(metavar="ID", help="As `bus jobs list` shows it.")
]


@app.command("list")
def list_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the jobs of the gateway at ORDERBUS_URL, the newest first.

    A gateway holds the jobs that it was asked for, until it ends.

    For example:
      bus jobs list
      bus jobs list --json | jq -r '.[] | select(.state == "running").id'
    """
    del as_json
    _ask_the_gateway(ctx)


@app.command("show")
def show_command(ctx: typer.Context, job: JobId, *, as_json: AsJson = False) -> None:
    """Show how far a job is, what was asked for, and what came of it.

    Exit code 1: there is no such job.

    For example:
      bus jobs show 0123456789abcdef01234567
    """
    del job, as_json
    _ask_the_gateway(ctx)


@app.command("cancel")
def cancel_command(ctx: typer.Context, job: JobId, *, as_json: AsJson = False) -> None:
    """End a job where it is; what it did stands.

    Asked for again, its work goes on from there. One that is over stays as it is.

    Exit code 1: there is no such job.

    For example:
      bus jobs cancel 0123456789abcdef01234567
    """
    del job, as_json
    _ask_the_gateway(ctx)


def _ask_the_gateway(ctx: typer.Context) -> None:
    """There is nobody else who knows; it gets what was typed by its name."""
    if over_api(ctx):
        return
    why = (
        "jobs are held by the gateway that was asked for them: give ORDERBUS_URL and"
        " ORDERBUS_API_KEY. Commands that work on Kafka themselves begin no jobs"
    )
    raise typer.Exit(complain(ctx, ConfigurationError(why)))
