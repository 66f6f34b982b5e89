"""`bus sources request`: what became of something that was asked of the OMS."""

from typing import TYPE_CHECKING, Annotated

import typer

from processors.cli.control import run
from processors.cli.source_options import AsJson, Id

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def request_command(
    ctx: typer.Context,
    source_id: Id,
    request: Annotated[
        str, typer.Argument(metavar="REQUEST", help="The caller's own id of it.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Say what became of a request to the OMS: a cancellation, a hold, another address.

    Exit code 0: it is done, or under way. 1: it was refused, rejected or failed, or
    there is none such.

    For example:
      bus sources request partner-asks r-17
      bus sources request partner-asks r-17 --json | jq -r .state
    """
    from processors.cli.source_requests_view import tell_request
    from processors.sources.requests import standing, standing_row

    async def show(world: "World") -> int:
        one = await standing(world, source_id, request)
        return tell_request(standing_row(one), as_json=as_json)

    run(ctx, show, reads=True)
