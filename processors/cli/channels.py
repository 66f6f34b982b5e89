"""`bus channels`: kinds of senders, as data: look at them, check them, make one."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bus.errors import ConfigurationError, OrderbusError
from processors.cli.channels_diff import diff_command
from processors.cli.control import FAILED, REFUSED
from processors.cli.root import Root
from processors.screen.saying import say

if TYPE_CHECKING:
    from bus.intake.channels.definition import Channel
    from bus.intake.channels.loading import Loaded

app = typer.Typer(
    help="Channels: how what senders send becomes our events.",
    no_args_is_help=True,
)

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[CHANNEL]…", help="Default: all.")
]
Name = Annotated[str, typer.Argument(metavar="CHANNEL", help="For example shopify.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder", metavar="DIR", help="Folder of channels. Default: the settings'."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_command(
    ctx: typer.Context, folder: Folder = None, *, as_json: AsJson = False
) -> None:
    """List the channels: format, what is signed, events, samples.

    For example:
      bus channels list
      bus channels list --folder my-channels --json
    """
    from processors.cli.channels_view import listed, print_list

    rows = [listed(loaded, place) for place, loaded in _loaded(ctx, None, folder)]
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        print_list(rows)


@app.command("check")
def check_command(
    ctx: typer.Context,
    names: Names = None,
    folder: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check definitions and mappings: every key, path, converter and target.

    Each target is compared with the schema of its event; what is wrong is told with
    its file and line.

    Exit code 0: nothing is wrong. 1: something is. 2: wrong usage.

    For example:
      bus channels check
      bus channels check our-shop --folder channels
    """
    from processors.cli.channels_view import checked, print_problems

    found = [checked(loaded, place) for place, loaded in _loaded(ctx, names, folder)]
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print_problems(found)
    if any(one["problems"] for one in found):
        raise typer.Exit(1)


@app.command("test")
def compare_command(
    ctx: typer.Context,
    names: Names = None,
    folder: Folder = None,
    *,
    update: Annotated[
        bool, typer.Option("--update", help="Write what comes as what is expected.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Convert the samples and compare with what is expected of them.

    A sample is a folder `samples/NN-name/` with `body.…`, `headers.json` and
    `expected.json`. With --update the last is written anew: read the difference (`git
    diff`) before you believe it.

    Exit code 0: all as expected. 1: something differs. 2: wrong usage.

    For example:
      bus channels test shopify
      bus channels test our-shop --folder channels --update
    """
    from processors.cli.channels_view import print_tests
    from processors.cli.channels_work import tested

    results = [
        tested(_usable(loaded), place, update=update)
        for place, loaded in _loaded(ctx, names, folder)
    ]
    if as_json:
        typer.echo(json.dumps(results, indent=2, ensure_ascii=False))
    else:
        print_tests(results)
    if any(one["differs"] for one in results):
        raise typer.Exit(1)


@app.command("coverage")
def coverage_command(
    ctx: typer.Context, name: Name, folder: Folder = None, *, as_json: AsJson = False
) -> None:
    """Show source fields that nobody reads, and targets that nobody fills.

    For example:
      bus channels coverage shopify
    """
    from bus.client.channels import read_samples
    from bus.intake.coverage import coverage
    from processors.cli.channels_view import as_document, print_coverage

    ((place, loaded),) = _loaded(ctx, [name], folder)
    found = coverage(_usable(loaded), read_samples(place))
    if as_json:
        typer.echo(json.dumps(as_document(found), indent=2, ensure_ascii=False))
    else:
        print_coverage(found)


@app.command("table")
def table_command(
    ctx: typer.Context,
    name: Name,
    folder: Folder = None,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, for a sheet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the mapping as a sheet to be signed: target, source, rule, example.

    Markdown, unless another form is asked for; on a terminal a block for each target.

    For example:
      bus channels table shopify > shopify.md
      bus channels table shopify --csv > shopify.csv
    """
    from bus.client.channels import read_samples
    from bus.intake.sheet import HEADS, sheet
    from processors.cli.channels_view import as_csv_text, print_sheet

    ((place, loaded),) = _loaded(ctx, [name], folder)
    channel = _usable(loaded)
    rows = [row.cells for row in sheet(channel, read_samples(place))]
    if as_json:
        documents = [dict(zip(HEADS, row, strict=True)) for row in rows]
        typer.echo(json.dumps(documents, indent=2, ensure_ascii=False))
    elif as_csv:
        typer.echo(as_csv_text(HEADS, rows), nl=False)
    else:
        print_sheet(channel, HEADS, rows)


@app.command("new")
def new_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="For example our-shop.")],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="What it sends: samples.")
    ],
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where its folder is made.")
    ] = Path("channels"),
    like: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL", help="Begin with a copy of this channel."),
    ] = None,
) -> None:
    """Make a new channel of samples of what it sends, without programming.

    Guesses the format and what the fields mean, and writes `channel.yaml`,
    `mapping.yaml` and the samples. What it could not guess stands in the mapping as
    comments. The result passes `bus channels check` and `test`; read it and go on.

    X12, EDIFACT, UBL and cXML begin with a copy of the channel that comes with the bus.

    For example:
      bus channels new our-shop order-1.json order-2.json order-3.json
      bus channels new big-retail 850.edi --like x12
    """
    from processors.cli.channels_work import made

    try:
        lines = made(_place(ctx, None), name, files, folder, like)
    except OrderbusError as error:
        _fail(error)
    for line in lines:
        typer.echo(line)


app.command("diff")(diff_command)


def _loaded(
    ctx: typer.Context, names: list[str] | None, folder: Path | None
) -> "list[tuple[Path, Loaded]]":
    from bus.client.channels import channel_names, read_channel
    from bus.client.schemas import load_catalogue
    from bus.expected import among

    try:
        catalogue = load_catalogue(_schemas(ctx))
        place = _place(ctx, folder)
        known = channel_names(place)
        if not known:
            _fail(f"there is no channel in {place}: no folder with a channel.yaml")
        if unknown := [name for name in names or () if name not in known]:
            told = (
                f"there is no channel {n!r} in {place}; {among(n, known)}"
                for n in unknown
            )
            _fail("\n".join(told), FAILED)
        return [
            (place / name, read_channel(place / name, catalogue))
            for name in names or known
        ]
    except ConfigurationError as error:
        _fail(error)


def _usable(loaded: "Loaded") -> "Channel":
    if loaded.channel is None:
        for problem in loaded.problems:
            typer.echo(f"  {problem}", err=True)
        _fail("the channel has to be mended first; `bus channels check` says how")
    return loaded.channel


def _schemas(ctx: typer.Context) -> Path:
    given = ctx.obj
    return (given if isinstance(given, Root) else Root({})).given().schemas_dir


def _place(ctx: typer.Context, folder: Path | None) -> Path:
    from bus.client.channels import channels_folder

    return folder or channels_folder(_schemas(ctx))


def _fail(why: object, code: int = REFUSED) -> NoReturn:
    told = str(why).replace("\n", "\n  ")
    told = f"\n  {told}" if "\n" in told else f" {told}"
    say(f"bus channels:{told}", fg=typer.colors.RED, err=True)
    raise typer.Exit(code)
