"""`bus rules backtest`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bus.errors import OrderbusError
from processors.cli.control import complain, run
from processors.cli.rules_options import (
    Events,
    RulesFile,
    Samples,
    Since,
    SourceId,
)
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def backtest_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    file: RulesFile,
    *,
    since: Since = "14d",
    source: SourceId = "",
    samples: Samples = None,
    events: Events = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file's rules would have changed, as if all of it were in force.

    Which orders would newly be held, which no more, their value by currency, and by
    rule in how many something is found. Over what sources have sent, converted by
    today's mapping; or, without Kafka, over samples or a file. Nothing is written.

    For example:
      bus rules backtest rules.yaml --since 7d --source shop-eu
      bus rules backtest rules.yaml --from-samples schemas/channels
      bus rules backtest rules.yaml --events orders.jsonl --json
    """
    if samples is not None or events is not None:
        _over_files(ctx, file, samples, events, as_json=as_json)
        return
    from processors.cli.rules_work import backtest_stored, legible

    async def stored(world: "World") -> int:
        return await backtest_stored(
            ctx, world, file, since=since, source=source, as_json=as_json
        )

    run(ctx, stored, first=lambda: legible(file))


def _over_files(
    ctx: typer.Context,
    file: Path,
    samples: Path | None,
    events: Path | None,
    *,
    as_json: bool,
) -> None:
    from processors.cli.rules_work import backtest_files, cases_of_files

    try:
        cases = cases_of_files(ctx, samples, events)
        code = backtest_files(ctx, file, cases, as_json=as_json)
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)
