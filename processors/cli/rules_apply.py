"""`bus rules apply`."""

from typing import TYPE_CHECKING, Annotated

import typer

from processors.cli.control import run
from processors.cli.rules_options import RulesFile, schemas_of
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from processors.subscriptions.world import World


def apply_command(
    ctx: typer.Context,
    file: RulesFile,
    *,
    enforce: Annotated[
        bool,
        typer.Option("--enforce", help="Put new and stricter lines in force now."),
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove lines the file does not have.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the rules what a file says; what is stricter begins as a trial.

    A line that may hold more than what stands is observed beside it until it is applied
    with --enforce; one that is looser holds at once. Lines that the file does not have
    stay, unless --prune; those that came with the bus stay in any case.

    For example:
      bus rules apply rules.yaml --dry-run
      bus rules apply rules.yaml
      bus rules apply rules.yaml --enforce
    """
    from processors.cli.rules_work import Wanted, apply_lines, lines_of
    from processors.rules.opening import open_rules

    wanted = Wanted(enforce=enforce, prune=prune, dry_run=dry_run)

    async def apply(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            lines = lines_of(file, rules.table.book)
            return await apply_lines(rules, lines, wanted, as_json=as_json)

    run(ctx, apply, reads=True)
