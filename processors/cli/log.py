"""`bus log`: the log of what happened, as a whole."""

from typing import Annotated, TypeAlias

import typer

from processors.cli.control import exit_with
from processors.cli.subscription_options import AsJson

app = typer.Typer(
    help="The log of what happened: how it is, prune, rebuild.", no_args_is_help=True
)

Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Days: TypeAlias = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Keep so many days.")
]


@app.callback()
def log() -> None:
    """The log of what happened: how it is, prune, rebuild."""


@app.command("status")
def status_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Show where the log is, how far it is behind, what it holds.

    Asks the database only, which ORDERBUS_LOG_URL names; without, SQLite in the data
    folder.

    Exit code 1: the database gives no answer. 2: there is no such log.

    For example:
      bus log status
      bus log status --json | jq .behind_s
    """
    from processors.cli.log_work import tell_state

    exit_with(ctx, tell_state(ctx, as_json=as_json))


@app.command("prune")
def prune_command(  # noqa: PLR0913 - the options
    ctx: typer.Context,
    *,
    accepted_days: Days = None,
    days: Days = None,
    audit_days: Days = None,
    most_bytes: Annotated[
        int | None, typer.Option(min=2**20, metavar="N", help="Keep so many bytes.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove now what is older than it is kept for.

    The projector does so every hour, by the settings ORDERBUS_LOG_…_DAYS and
    ORDERBUS_LOG_MOST_BYTES; options keep less this once. Rows go on being written
    meanwhile. Nothing comes back of what is removed.

    For example:
      bus log prune
      bus log prune --accepted-days 3 --yes
    """
    from processors.cli.log_work import Less, prune

    less = Less(accepted_days, days, audit_days, most_bytes)
    exit_with(ctx, prune(ctx, less, yes=yes, as_json=as_json))


@app.command("rebuild")
def rebuild_command(
    ctx: typer.Context,
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="Until it is read again, showing how far.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Empty the log; projectors read it again from what Kafka still has.

    Those that run notice by themselves. What Kafka has deleted by now is gone for
    good: attempts are there for as long as topics.yaml keeps bus.attempts.

    Exit code 1: with --wait, nobody reads it.

    For example:
      bus log rebuild --wait
    """
    from processors.cli.log_work import rebuild

    exit_with(ctx, rebuild(ctx, wait=wait, yes=yes, as_json=as_json))
