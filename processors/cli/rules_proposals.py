"""`bus rules proposals`."""

from typing import TYPE_CHECKING, Annotated

import typer

from processors.cli.control import GOOD, run
from processors.cli.rules_options import schemas_of
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def proposals_command(
    ctx: typer.Context,
    *,
    rates: Annotated[
        bool, typer.Option("--rates", help="Also how often each rule was wrong.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what decisions on parked orders teach, and propose what to change.

    A rule that held an account's orders which were then released as they were, held
    them for nothing. Each proposal says what it would have done; apply one with `bus
    rules apply --proposal ID`.

    For example:
      bus rules proposals
      bus rules proposals --rates --json
    """
    from processors.cli.proposals_view import print_proposals
    from processors.rules.decisions import read_decisions
    from processors.rules.opening import open_rules
    from processors.rules.proposing import learned, learned_row

    async def propose(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            found = learned(await read_decisions(rules), rules)
        print_proposals(learned_row(found), rates=rates, as_json=as_json)
        return GOOD

    run(ctx, propose, reads=True)
