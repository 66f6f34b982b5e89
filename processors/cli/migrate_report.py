"""`bus migrate report`."""

from typing import TYPE_CHECKING

import typer

from processors.cli.migrate_compare import Html, New, Old, Since, TermsFile, Until
from processors.cli.subscription_options import AsJson, Id

if TYPE_CHECKING:
    from processors.migrations.world import MigrationsWorld


def report_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    migration: Id,
    terms: TermsFile,
    *,
    old: Old,
    new: New,
    html: Html = None,
    since: Since = "7d",
    until: Until = "",
    as_json: AsJson = False,
) -> None:
    """Compare as `compare` does, and attach it to a migration: its gates go by it.

    The report then says where the migration stands, what its gates say, who approved
    which step, and how to go back.

    Exit code 0: nothing differs. 1: something does, or nothing was compared.

    For example:
      bus migrate report acme terms.yaml --old tap.jsonl --new new.jsonl
    """
    from processors.cli.migrate_steps import in_migrations
    from processors.cli.migrate_work import Compared, judge, report_on

    asked = Compared(terms, old, new, html, since, as_json, until)

    async def reported(on: "MigrationsWorld") -> int:
        return await report_on(on, migration, asked)

    in_migrations(ctx, reported, first=lambda: judge(asked))
