"""`bus attempts`: who was sent what, and what came of it."""

from typing import TYPE_CHECKING

import typer

from processors.cli.control import run
from processors.cli.logged_options import of_attempts
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer()


@app.command("attempts")
@of_attempts
def attempts_command(
    ctx: typer.Context, *, as_json: AsJson = False, **given: object
) -> None:
    """List attempts: who was sent what, what came of it.

    From the log, oldest first.

    All that is given has to fit; of an option that is given several times, one.
    `bus tail attempts` shows those to come.

    For example:
      bus attempts --outcome failed --since 1h
      bus attempts --subscription acme --status 5xx --status none --limit 500
      bus attempts --order SO-1001 --json | jq -r '.[] | [.at, .outcome] | @tsv'
    """

    async def work(world: "World") -> int:
        from processors.cli.logged_work import tell_attempts

        return await tell_attempts(ctx, world, given, as_json=as_json)

    def judge() -> None:
        from processors.cli.dlq_options import refuse_unknown_here

        refuse_unknown_here(ctx, given.get("types"))

    run(ctx, work, reads=True, first=judge)
