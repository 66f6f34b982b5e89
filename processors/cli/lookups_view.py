"""How lookup tables are shown."""

from collections.abc import Collection, Mapping
from dataclasses import asdict

import typer

from bus.errors import AbsentError, ConfigurationError
from bus.expected import among
from bus.intake.rules.rows import Rows, as_csv, read_csv
from processors.cli.control import console, print_json, read_text
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


def rows_in(file: str) -> dict[str, dict[str, str]]:
    """The rows of a CSV file, or of standard input.

    Raises:
        ConfigurationError: With the file, the line, and what is wrong with it.
    """
    text = read_text(file)
    try:
        return read_csv(text)
    except ConfigurationError as error:
        name = "standard input" if file == "-" else file
        raise ConfigurationError(f"{name}, {error}") from None


def print_rows(
    table: str, rows: Rows, known: Collection[str], *, as_json: bool
) -> None:
    """The rows of a table, as CSV; `known` is which tables there are.

    Raises:
        AbsentError: there are none, so no table.
    """
    if not rows:
        raise AbsentError(f"no lookup table {table}; {among(table, known)}")
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
