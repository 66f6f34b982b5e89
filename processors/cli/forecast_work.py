"""What `bus forecast` does, and how it tells."""

from typing import TYPE_CHECKING, cast

import typer

from processors.cli.forecast_view import no_such_subscription, tell_rows
from processors.cli.root import Root
from processors.forecasting.foreseeing import foresee, parts_of
from processors.forecasting.plain import plain_forecast
from processors.subscriptions.world import World
from processors.wiring.log import open_log

if TYPE_CHECKING:
    from processors.settings import Settings


async def tell_forecasts(
    ctx: typer.Context, world: World, only: str | None, *, as_json: bool
) -> int:
    """Show forecasts; return the exit code."""
    if only is not None and world.table.get(only) is None:
        return no_such_subscription(only)
    async with open_log(_settings(ctx)) as log:
        found = await foresee(parts_of(world, log.kept), only)
    return tell_rows([plain_forecast(one) for one in found], as_json=as_json)


def _settings(ctx: typer.Context) -> "Settings":
    return cast(Root, ctx.obj).given()
