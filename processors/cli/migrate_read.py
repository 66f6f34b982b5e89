"""`bus migrate read`: what an old sender's table says was sent."""

from pathlib import Path
from typing import Annotated

import typer

from processors.cli.migrate_record import Out


def read_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    database: Annotated[
        Path, typer.Argument(metavar="FILE", help="The database's URL stands in it.")
    ],
    statement: Annotated[
        Path, typer.Argument(metavar="SELECT", help="A file with a SELECT in it.")
    ],
    *,
    by: Annotated[
        str, typer.Option(metavar="COLUMN", help="It rises, and is never the same.")
    ],
    settle: Annotated[
        str, typer.Option(help="Rows younger than this are left for later.")
    ] = "60s",
    most: Annotated[int, typer.Option(min=1, help="So many rows at most.")] = 1_000_000,
    out: Out,
) -> None:
    """Read an old sender's table, its log or its outbox, by SQL; add to a recording.

    The SELECT names its columns at, headers, body, and status or outcome; others are
    columns for the terms. It is read in the order of a column, behind the last line
    that the recording has: a timer may run it, and it may be killed. Nothing is
    written to the database. PostgreSQL and SQLite; others if their driver is there.

    Exit code 0: all that was read is recorded. 1: rows could not be; it says which.

    For example:
      bus migrate read db.url deliveries.sql --by id --out old.jsonl
    """
    from processors.cli.migrate_read_work import Asked, read_table

    read_table(ctx, Asked(database, statement, by, settle, most), out)
