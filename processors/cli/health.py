"""`bus health`: whether all is well, as the watch says."""

from typing import TYPE_CHECKING, Annotated

import typer

from processors.cli.control import run
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer()


@app.command("health")
def health_command(
    ctx: typer.Context,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Also who is healthy, held or unknown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether all is well: everybody's state, and why.

    As `bus run watch` sees it, which has to run.

    Exit code 0: healthy. 1: degraded, failing or unknown.

    For example:
      bus health
      bus health --all
      bus health --json | jq -r '.parts[] | [.state, .kind, .name] | @tsv'
    """

    async def health(world: "World") -> int:
        from processors.cli.alerts_work import tell_health

        return await tell_health(world, every=every, as_json=as_json)

    run(ctx, health, reads=True)
