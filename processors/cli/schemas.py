"""`bus schemas`: look at the event contracts and check changes to them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bus.contracts.compatibility import DEFAULT_LEVEL, Level
from bus.errors import ConfigurationError, EventTypeNotFoundError, OrderbusError
from processors.cli.control import FAILED, REFUSED, run
from processors.cli.registry import register_command
from processors.cli.root import Root
from processors.screen.saying import say

if TYPE_CHECKING:
    from bus.contracts.catalogue import Catalogue
    from bus.contracts.codec import Schema
    from processors.cli.history import Version

app = typer.Typer(
    help="Event types and their Avro schemas: list, explain, check.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path | None,
    typer.Argument(
        help="Folder of <family>/<RecordName>.avsc; default: the settings'."
    ),
]
Against = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Compare with the schemas in a folder."),
]
Git = Annotated[
    str | None, typer.Option(metavar="REV", help="Compare with one git revision.")
]
Kept = Annotated[
    Level, typer.Option(case_sensitive=False, help="What has to keep working.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("check")
def check_command(
    ctx: typer.Context,
    folder: Folder = None,
    against: Against = None,
    git: Git = None,
    level: Kept = DEFAULT_LEVEL,
    *,
    as_json: AsJson = False,
) -> None:
    """Check that changed schemas break nobody, and that all keep our rules.

    Compares each schema with all its versions in git up to HEAD, so that what is
    about to be committed is checked against everything ever published.

    Exit code 0: all good. 1: a schema breaks a reader or a rule. 2: wrong usage.

    For example:
      bus schemas check
      bus schemas check --git v1.4.0 --level full
      bus schemas check --against ../published my-schemas
    """
    from bus.client.schemas import read_files
    from processors.cli.schema_check import examine
    from processors.cli.schema_view import print_report

    try:
        place = _place(ctx, folder)
        report = examine(read_files(place), _earlier(place, against, git), level)
    except OrderbusError as error:
        _fail(error)
    if as_json:
        typer.echo(json.dumps(asdict(report) | {"good": report.good}, indent=2))
    else:
        print_report(report)
    if not report.good:
        raise typer.Exit(1)


def _earlier(place: Path, against: Path | None, git: str | None) -> "list[Version]":
    from processors.cli.history import from_folder, from_history, from_revision

    if against and git:
        raise ConfigurationError("give either --against or --git, not both")
    if against:
        return from_folder(against)
    return from_revision(place, git) if git else from_history(place)


@app.command("list")
def list_command(
    ctx: typer.Context, folder: Folder = None, *, as_json: AsJson = False
) -> None:
    """List the event types with their topics and registry subjects.

    For example:
      bus schemas list
    """
    from processors.cli.schema_view import print_types

    catalogue = _open(ctx, folder)
    rows = [_row(schema, catalogue) for schema in catalogue]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        print_types(rows)


def _row(schema: "Schema", catalogue: "Catalogue") -> dict[str, str | int]:
    from bus.contracts.fields import meaning_of

    event_type = str(schema.event_type)
    return {
        "event_type": event_type,
        "family": schema.family,
        "record": schema.full_name,
        "meaning": meaning_of(schema),
        "topic": catalogue.topic(event_type),
        "fields": len(json.loads(schema.text)["fields"]),
        "subject": catalogue.subject(event_type),
    }


@app.command("show")
def show_command(
    ctx: typer.Context,
    event_type: Annotated[str, typer.Argument(help="For example order.created.")],
    folder: Folder = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the Avro schema itself.")
    ] = False,
) -> None:
    """Explain an event type: every field, and an example.

    For example:
      bus schemas show order.created
      bus schemas show order.created --json > OrderCreated.avsc
    """
    from processors.cli.schema_view import print_schema

    try:
        schema = _open(ctx, folder).schema(event_type)
    except EventTypeNotFoundError as error:
        _fail(error.why, FAILED)
    if as_json:
        definition = json.loads(schema.text)
        typer.echo(json.dumps(definition, indent=2, ensure_ascii=False))
    else:
        print_schema(schema)


@app.command("diff")
def diff_command(  # noqa: PLR0913 - one option a way to name the older one
    ctx: typer.Context,
    event_type: Annotated[str, typer.Argument(help="For example order.created.")],
    *,
    older: Annotated[
        int | None, typer.Option(min=0, help="Its id; else the one before.")
    ] = None,
    newer: Annotated[
        int | None, typer.Option(min=0, help="Its id; else the newest.")
    ] = None,
    against: Against = None,
    git: Git = None,
    as_json: AsJson = False,
) -> None:
    """Say in words what differs between two versions, and whom that breaks.

    Of the versions that the schema registry holds the newest and the one before it;
    0 is the file here. With --git or --against it is the file here and an earlier one.

    Exit code 0: the newer one reads what the older one wrote. 1: it does not.

    For example:
      bus schemas diff order.created
      bus schemas diff order.created --older 3 --newer 7
      bus schemas diff order.created --git v1.4.0
    """
    from processors.cli.schema_diff import Wanted, of_files, tell_registered

    wanted = Wanted(event_type, older, newer, git, against)
    if wanted.of_files:
        try:
            code = of_files(wanted, _place(ctx, None), as_json=as_json)
        except OrderbusError as error:
            _fail(error)
        raise typer.Exit(code)
    run(
        ctx,
        lambda world: tell_registered(world, _open(ctx, None), wanted, as_json=as_json),
        reads=True,
    )


app.command("register")(register_command)


def _open(ctx: typer.Context, folder: Path | None) -> "Catalogue":
    from bus.client.schemas import load_catalogue

    try:
        return load_catalogue(_place(ctx, folder))
    except ConfigurationError as error:
        _fail(error)


def _place(ctx: typer.Context, folder: Path | None) -> Path:
    """The folder that was given, else the one that the settings name.

    Raises:
        ConfigurationError: a setting cannot be used.
    """
    if folder is not None:
        return folder
    given = ctx.obj
    return (given if isinstance(given, Root) else Root({})).given().schemas_dir


def _fail(why: object, code: int = REFUSED) -> NoReturn:
    say(f"bus schemas: {why}", fg=typer.colors.RED, err=True)
    raise typer.Exit(code)
