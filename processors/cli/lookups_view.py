"""How lookup tables are shown."""

from collections.abc import Mapping
from dataclasses import asdict

import typer

from bus.errors import AbsentError
from bus.intake.rules.rows import Rows, as_csv
from processors.cli.control import console, print_json
from processors.rules.lookups import Loaded
from processors.screen.plain import plain_lines
from processors.screen.saying import say
from processors.screen.tables import Column, print_table


def print_tables(sizes: Mapping[str, int], *, as_json: bool) -> None:
    """The tables and their sizes."""
    if as_json:
        print_json([{"table": name, "rows": rows} for name, rows in sizes.items()])
    elif not sizes:
        say("There are no lookup tables. Load one: bus lookups load articles FILE")
    else:
        columns = (Column("TABLE"), Column("ROWS", right=True))
        table = [(name, str(rows)) for name, rows in sizes.items()]
        print_table(console(), columns, table)


def print_rows(table: str, rows: Rows, *, as_json: bool) -> None:
    """The rows of a table, as CSV.

    Raises:
        AbsentError: there are none, so no table.
    """
    if not rows:
        raise AbsentError(f"no lookup table {table}; bus lookups list has those of now")
    if as_json:
        print_json({key: dict(row) for key, row in rows.items()})
    else:
        typer.echo(plain_lines(as_csv(rows)), nl=False)


def print_loaded(loaded: Loaded, *, dry_run: bool, as_json: bool) -> None:
    """What loading changed."""
    if as_json:
        print_json({**asdict(loaded), "dry_run": dry_run})
        return
    said = "would be" if dry_run else "were"
    say(
        f"{loaded.table}: {loaded.added} rows {said} added, {loaded.changed} changed,"
        f" {loaded.removed} removed; {loaded.unchanged} are the same"
    )
