"""`bus config`: the settings as they are in force, and where each comes from."""

from contextlib import suppress
from typing import Annotated, cast

import typer

from bus.errors import OrderbusError
from processors.cli.control import complain, over_api
from processors.cli.root import Root
from processors.cli.subscription_options import AsJson

app = typer.Typer()


@app.command("config")
def config_command(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]...", help="Only those with all these words."),
    ] = None,
    *,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only those that are not the default.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show settings as they are in force, and what says so.

    From an option, a variable of the environment, a file, or the default. Of a
    secret it is said that it is set, never what it is. They are those of a command
    here and now; with ORDERBUS_URL those of the gateway there. A process that
    runs elsewhere, or began earlier, may be told otherwise.

    For example:
      bus config --changed
      bus config breaker
      bus config --json | jq -r '.[] | select(.origin == "environment") | .variable'
    """
    if over_api(ctx):
        return
    from processors.cli.config_view import Narrowing, print_settings
    from processors.settings import in_force, resolve

    try:
        settings = cast("Root", ctx.obj).given()
    except OrderbusError as error:
        raise typer.Exit(complain(ctx, error)) from None
    with suppress(OrderbusError):
        # No Kafka may be named, which is no reason to say nothing.
        settings = resolve(settings)
    rows = [one.plain for one in in_force(settings)]
    wanted = Narrowing(tuple(words or ()), changed=changed)
    print_settings(rows, wanted, "this command", as_json=as_json)
