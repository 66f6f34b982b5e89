"""`bus intake`: what sources sent, from the door to the OMS."""

import typer

from processors.cli import intake_parked_decide
from processors.cli.intake_acknowledge import acknowledge_command
from processors.cli.intake_file import file_command
from processors.cli.intake_parked import app as parked
from processors.cli.intake_replay import replay_command, show_command

app = typer.Typer(
    help="What sources sent: files, submissions, orders held.",
    no_args_is_help=True,
)
app.command("file")(file_command)
app.command("show")(show_command)
app.command("acknowledge")(acknowledge_command)
app.command("replay")(replay_command)
app.add_typer(parked, name="parked")
_MORE_OF_PARKED = intake_parked_decide
