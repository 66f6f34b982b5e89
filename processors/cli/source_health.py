"""`bus sources health`: how sources of intake fare, as the watch says."""

from typing import TYPE_CHECKING, Annotated

import typer

from processors.cli.control import run
from processors.cli.source_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def health_command(
    ctx: typer.Context,
    source_id: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="One, with its figures.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say how sources fare: silence, signatures, mapping, gaps, fields, answers.

    As `bus run watch` sees it, which has to run.

    Exit code 0: healthy or held, each. 1: degraded, failing or unknown.

    For example:
      bus sources health
      bus sources health shop-eu
      bus sources health --json | jq -r '.[] | [.source, .state] | @tsv'
    """
    from processors.cli.source_health_view import tell_all, tell_one
    from processors.watch.answers import open_board
    from processors.watch.sourced import health_rows, known_sources

    async def health(world: "World") -> int:
        async with open_board(world) as board:
            names = known_sources(board, source_id)
            rows = health_rows(board, names, world.clock.now())
        if source_id is not None:
            return tell_one(rows[0], as_json=as_json)
        return tell_all(rows, as_json=as_json)

    run(ctx, health, reads=True)
