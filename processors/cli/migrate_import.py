"""`bus migrate import`: endpoints of another sender's, as subscriptions."""

from pathlib import Path
from typing import Annotated

import typer

from bus.migration.importing import Sender
from processors.cli.subscription_options import AsJson


def import_command(
    ctx: typer.Context,
    sender: Annotated[Sender, typer.Argument(help="Whose export it is.")],
    export: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Its answers, in *.json.")
    ],
    *,
    types: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML: old names and new.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write it there, else show.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make subscriptions of what Svix or Convoy exports: endpoints, secrets, types.

    Without --out nothing is written: it says what would come of it, and what would
    not. With it, the folder has a document for `bus subscriptions apply`, whose
    --dry-run shows what would change; secrets are in files of their own, mode 0600,
    and are never shown. Plan a migration for each before you apply it.

    For example:
      bus migrate import svix export/ --types types.yaml
      bus migrate import convoy export/ --types types.yaml --out imported/
    """
    from processors.cli.migrate_import_work import import_export

    import_export(ctx, sender, (export, types, out), as_json=as_json)
