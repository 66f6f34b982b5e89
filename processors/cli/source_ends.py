"""`bus sources remove` and `apply`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from processors.cli.control import (
    GOOD,
    exit_with,
    over_api,
    print_json,
    read_text,
)
from processors.cli.source_options import AsJson, Id, Yes
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.cli.root import Root

File: TypeAlias = Annotated[
    str, typer.Option("--file", "-f", help="YAML; - reads standard input.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would change.")
]
Prune: TypeAlias = Annotated[
    bool, typer.Option("--prune", help="Remove those the file does not declare.")
]
Purge: TypeAlias = Annotated[
    bool, typer.Option("--purge", help="Delete all that it sent as well.")
]


def remove_command(
    ctx: typer.Context,
    source_id: Id,
    *,
    purge: Purge = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove a source. What it sent is kept until it is too old, unless purged.

    For example:
      bus sources remove shop-eu
      bus sources remove shop-eu --purge --yes
    """
    from processors.cli.sources_view import ask_to_remove, print_removed
    from processors.sources import steps
    from processors.sources.world import find

    if over_api(ctx):
        return
    root = cast("Root", ctx.obj)

    async def remove() -> int:
        with asking_kafka():
            async with root.sources() as world:
                if source_id not in world.table.unreadable and not purge:
                    find(world, source_id)
                ask_to_remove(source_id, purge=purge, yes=yes)
                topics = await steps.remove(world, source_id, purge=purge)
        print_removed(source_id, topics, as_json=as_json)
        return GOOD

    exit_with(ctx, remove())


def apply_command(
    ctx: typer.Context,
    file: File,
    *,
    dry_run: DryRun = False,
    prune: Prune = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make the sources what a file says: first the difference, then its steps.

    Secrets stand in files of their own (secret_file); states stay as they are.

    For example:
      bus sources apply -f sources.yaml --dry-run
      bus sources apply -f sources.yaml --prune
    """
    from processors.cli.sources_view import ask_to_prune, plan_json, teller
    from processors.cli.subscription_view import print_plan
    from processors.sources.applying import apply, plan
    from processors.sources.document import read_drafts

    if over_api(ctx):
        return

    async def make_so() -> int:
        drafts = read_drafts(read_text(file), Path(file).parent, file)
        async with cast("Root", ctx.obj).sources() as world:
            steps = plan(world, drafts, prune=prune)
            told, done = plan_json(steps), list[dict[str, object]]()
            if not as_json:
                print_plan(told, dry=dry_run)
            if not dry_run:
                ask_to_prune(told, yes=yes)
                await apply(world, steps, teller(done, as_json=as_json))
        if as_json:
            print_json({"plan": told, "done": done})
        return GOOD

    exit_with(ctx, make_so())
