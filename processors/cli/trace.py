"""`bus trace`: what befell an event, or all events of an order."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.control import FAILED, GOOD, console, print_json, run
from processors.cli.moments import Since, moment_ms
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer()

Name: TypeAlias = Annotated[
    str,
    typer.Argument(metavar="EVENT_ID|ORDER_ID", help="A webhook-id, or an order's id."),
]


@app.command("trace")
def trace_command(
    ctx: typer.Context,
    name: Name,
    since: Since = "24h",
    *,
    as_json: AsJson = False,
) -> None:
    """Print what befell an event: attempts, hops, outcome.

    Attempts are kept for 3 days. Exit code 1: nothing is known of it.

    For example:
      bus trace 5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11
      bus trace A-1001 --since 3d --json
    """
    from processors.cli.timelines import shown_life
    from processors.redrive.timeline import as_json as plain
    from processors.redrive.tracing import trace

    async def trace_(world: "World") -> int:
        since_ms = moment_ms(world, "--since", since)
        with console(stderr=True).status("Reading …"):
            lives = await trace(world, name, since_ms)
        if as_json:
            print_json([plain(life) for life in lives])
        elif not lives:
            console(stderr=True).print(
                f"Nothing is known of an event or order {name} with --since {since};"
                " look back further with a longer one"
            )
        for life in lives if not as_json else []:
            console().print(shown_life(life, console()))
        return GOOD if lives else FAILED

    run(ctx, trace_, reads=True)
