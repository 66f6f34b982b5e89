"""What the commands of rules have in common."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.root import Root

if TYPE_CHECKING:
    from bus.intake.rules.lines import Line

RulesFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="YAML or JSON: a document of rules.")
]


def schemas_of(ctx: typer.Context) -> "tuple[Line, ...]":
    """The rules that come with the bus, of the folder that the settings name."""
    from bus.client.rules import shipped_lines

    return shipped_lines(schemas_folder(ctx))


def schemas_folder(ctx: typer.Context) -> Path | None:
    """The folder of the schemas that the settings name."""
    given = ctx.obj
    return given.given().schemas_dir if isinstance(given, Root) else None
