"""What `bus objectives` does."""

from typing import TYPE_CHECKING, cast

import typer

from processors.cli.forecast_view import no_such_subscription
from processors.cli.objectives_view import show_objective, show_objectives
from processors.cli.root import Root
from processors.subscriptions.world import World
from processors.watch.objectives import Asking, objective_row, objective_rows
from processors.wiring.log import open_log
from processors.wiring.objective import objective_of_all

if TYPE_CHECKING:
    from processors.settings import Settings


async def tell_objectives(
    ctx: typer.Context, world: World, only: str | None, *, as_json: bool
) -> int:
    """Show objectives; return the exit code."""
    await world.table.ready()
    one = None if only is None else world.table.get(only)
    if only is not None and one is None:
        return no_such_subscription(only)
    settings = _settings(ctx)
    async with open_log(settings) as log:
        asking = Asking(log.ledger, objective_of_all(settings), world.clock.now())
        if one is not None:
            return show_objective(await objective_row(asking, one), as_json=as_json)
        rows = await objective_rows(asking, world.table.all())
    return show_objectives(rows, as_json=as_json)


def _settings(ctx: typer.Context) -> "Settings":
    return cast(Root, ctx.obj).given()
