"""`bus migrate`: from an old sender to this bus, in phases, with proof."""

import typer

from processors.cli.migrate_compare import compare_command

app = typer.Typer(
    help="Move a partner from an old sender, with proof and a way back.",
    no_args_is_help=True,
)

app.command("compare")(compare_command)
