"""`bus lookups`: tables that rules look things up in."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.control import GOOD, run
from processors.cli.rules_options import schemas_of
from processors.cli.subscription_options import AsJson

if TYPE_CHECKING:
    from bus.intake.rules.rows import Rows
    from processors.subscriptions.world import World

app = typer.Typer(
    help="Lookup tables of rules: articles, prices, accounts.",
    no_args_is_help=True,
)
Name: TypeAlias = Annotated[
    str, typer.Argument(metavar="TABLE", help="For example articles.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would change.")
]


@app.command("list")
def list_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the tables, with how many rows each has.

    For example:
      bus lookups list
    """
    from processors.cli.lookups_view import print_tables
    from processors.rules.opening import open_rules

    async def list_(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            print_tables(rules.lookups.sizes(), as_json=as_json)
        return GOOD

    run(ctx, list_, reads=True)


@app.command("show")
def show_command(ctx: typer.Context, table: Name, *, as_json: AsJson = False) -> None:
    """Print a table as CSV, as `bus lookups load` reads it.

    Exit code 1: there is no such table.

    For example:
      bus lookups show articles > articles.csv
    """
    from processors.cli.lookups_view import print_rows
    from processors.rules.opening import open_rules

    async def show(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            rows, known = rules.lookups.table(table), rules.lookups.sizes()
        print_rows(table, rows, known, as_json=as_json)
        return GOOD

    run(ctx, show, reads=True)


@app.command("load")
def load_command(
    ctx: typer.Context,
    table: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV; - is stdin.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove rows the file does not have.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load rows of a CSV file: its first line names the columns, the first is the key.

    Rows with a known key are replaced, others are added; those that the file does not
    have stay, unless --replace.

    For example:
      bus lookups load articles articles.csv --dry-run
      bus lookups load prices prices.csv --replace
    """
    from processors.cli.lookups_view import print_loaded, rows_in
    from processors.rules.opening import open_rules

    rows_of = cache(lambda: rows_in(str(file)))

    async def load(world: "World") -> int:
        rows = rows_of()
        async with open_rules(world, schemas_of(ctx)) as rules:
            loaded = await rules.rows.load(
                table, rows, replace=replace, dry_run=dry_run
            )
        print_loaded(loaded, dry_run=dry_run, as_json=as_json)
        return GOOD

    run(ctx, load, reads=True, first=rows_of)


@app.command("set")
def set_command(
    ctx: typer.Context,
    table: Name,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Of the row.")],
    cells: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COLUMN=VALUE]...", help="All of the row."),
    ] = None,
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add a row, or put this one in the place of the row with its key.

    For example:
      bus lookups set articles MUG-1
      bus lookups set prices MUG-1 price=14.90 currency=EUR
    """
    from bus.intake.rules.rows import read_cells

    rows_of = cache(lambda: {key: read_cells(cells or ())})
    _change(ctx, table, rows_of, dry_run=dry_run, as_json=as_json)


@app.command("remove")
def remove_command(
    ctx: typer.Context,
    table: Name,
    keys: Annotated[list[str], typer.Argument(metavar="KEY...", help="Of the rows.")],
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remove rows by their keys; with its last row a table is gone.

    Exit code 1: one of them is not there, and none is removed.

    For example:
      bus lookups remove prices MUG-1 MUG-2
    """
    _change(ctx, table, dict, remove=keys, dry_run=dry_run, as_json=as_json)


def _change(
    ctx: typer.Context,
    table: str,
    rows_of: Callable[[], "Rows"],
    *,
    remove: Sequence[str] = (),
    dry_run: bool,
    as_json: bool,
) -> None:
    """Change some rows of a table, and say what was changed."""
    from processors.cli.lookups_view import print_loaded
    from processors.rules.opening import open_rules

    async def change(world: "World") -> int:
        async with open_rules(world, schemas_of(ctx)) as rules:
            loaded = await rules.rows.load(
                table, rows_of(), remove=remove, dry_run=dry_run
            )
        print_loaded(loaded, dry_run=dry_run, as_json=as_json)
        return GOOD

    run(ctx, change, reads=True, first=rows_of)
