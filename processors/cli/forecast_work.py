"""What `bus forecast` does, and how it tells."""

from typing import TYPE_CHECKING, cast

import typer

from processors.cli.control import FAILED, GOOD, print_json
from processors.cli.forecast_view import show_forecasts
from processors.cli.root import Root
from processors.forecasting.foreseeing import foresee, parts_of
from processors.forecasting.plain import plain_forecast
from processors.screen.saying import say
from processors.subscriptions.world import World
from processors.wiring.log import open_log

if TYPE_CHECKING:
    from processors.settings import Settings


async def tell_forecasts(
    ctx: typer.Context, world: World, only: str | None, *, as_json: bool
) -> int:
    """Show forecasts; return the exit code."""
    if only is not None and world.table.get(only) is None:
        say(f"there is no subscription {only}", fg=typer.colors.RED, err=True)
        return FAILED
    async with open_log(_settings(ctx)) as log:
        found = await foresee(parts_of(world, log.kept), only)
    rows = [plain_forecast(one) for one in found]
    if as_json:
        print_json(rows)
    else:
        show_forecasts(rows)
    return GOOD


def _settings(ctx: typer.Context) -> "Settings":
    return cast(Root, ctx.obj).given()
