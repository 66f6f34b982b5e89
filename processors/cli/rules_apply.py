"""`bus rules apply`."""

from typing import TYPE_CHECKING

import typer

from bus.errors import ConfigurationError
from processors.cli.control import complain, run
from processors.cli.rules_options import (
    DryRun,
    Enforce,
    MaybeFile,
    ProposalId,
    Prune,
    schemas_of,
)
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def apply_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    file: MaybeFile = None,
    *,
    proposal: ProposalId = None,
    enforce: Enforce = False,
    prune: Prune = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make the rules what a file says; what is stricter begins as a trial.

    A line that may hold more than what stands is observed beside it until it is applied
    with --enforce; one that is looser holds at once. Lines that the file does not have
    stay, unless --prune; those that came with the bus stay in any case.

    With --proposal it is the change that decisions on parked orders have taught.

    For example:
      bus rules apply rules.yaml --dry-run
      bus rules apply rules.yaml
      bus rules apply rules.yaml --enforce
      bus rules apply --proposal PROPOSAL
    """
    from processors.cli.rules_work import Wanted, apply_given, legible
    from processors.rules.opening import open_rules

    wanted = Wanted(enforce=enforce, prune=prune, dry_run=dry_run)
    if (file is None) is (proposal is None):
        error = ConfigurationError("name a file, or --proposal ID")
        raise typer.Exit(complain(ctx, error))

    async def apply(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            return await apply_given(
                rules, file or str(proposal), wanted, as_json=as_json
            )

    run(ctx, apply, reads=True, first=lambda: file and legible(file))
