"""`bus rules backtest`."""

from pathlib import Path
from typing import Annotated

import typer

from bus.errors import ConfigurationError, OrderbusError
from processors.cli.control import REFUSED, complain
from processors.cli.rules_options import RulesFile
from processors.cli.subscription_options import AsJson


def backtest_command(
    ctx: typer.Context,
    file: RulesFile,
    *,
    samples: Annotated[
        Path | None,
        typer.Option(
            "--from-samples", metavar="DIR", help="A folder of channels: its samples."
        ),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(
            "--events", metavar="FILE", help="Orders as JSON, one event's data a line."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file's rules would have changed, as if all of it were in force.

    Which orders would newly be held, which no more, their value by currency, and by
    rule in how many something is found. Nothing is written.

    For example:
      bus rules backtest rules.yaml --from-samples schemas/channels
      bus rules backtest rules.yaml --events orders.jsonl --json
    """
    from processors.cli.rules_work import backtest_files, cases_of_files

    try:
        if samples is None and events is None:
            raise ConfigurationError("say over what: --from-samples or --events")
        cases = cases_of_files(ctx, samples, events)
        code = backtest_files(ctx, file, cases, as_json=as_json)
    except OrderbusError as error:
        code = complain(ctx, error) or REFUSED
    if code:
        raise typer.Exit(code)
