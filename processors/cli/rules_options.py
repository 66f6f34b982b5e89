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
MaybeFile: TypeAlias = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="YAML or JSON: a document of rules."),
]
ProposalId: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--proposal", metavar="ID", help="One of `bus rules proposals` instead."
    ),
]
Enforce: TypeAlias = Annotated[
    bool, typer.Option("--enforce", help="Put new and stricter lines in force now.")
]
Prune: TypeAlias = Annotated[
    bool, typer.Option("--prune", help="Remove lines the file does not have.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would change.")
]
Since: TypeAlias = Annotated[
    str, typer.Option(help="Stored submissions of so long: 6h, 14d.")
]
SourceId: TypeAlias = Annotated[
    str, typer.Option(metavar="ID", help="Only those of this source.")
]
Samples: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--from-samples", metavar="DIR", help="A folder of channels: its samples."
    ),
]
Events: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--events", metavar="FILE", help="Orders as JSON, one event's data a line."
    ),
]


def schemas_of(ctx: typer.Context) -> "tuple[Line, ...]":
    """The rules that come with the bus, of the folder that the settings name."""
    from bus.client.rules import shipped_lines

    return shipped_lines(schemas_folder(ctx))


def schemas_folder(ctx: typer.Context) -> Path | None:
    """The folder of the schemas that the settings name."""
    given = ctx.obj
    return given.given().schemas_dir if isinstance(given, Root) else None
