"""The root of the `bus` command: global options, and which groups there are."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from processors.cli import (
    acks,
    demo,
    dev,
    dlq,
    registry,
    replay,
    run,
    schemas,
    subscriptions,
    topics,
    trace,
)
from processors.cli.helptext import tidy
from processors.cli.root import Root

app = typer.Typer(
    name="bus",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Orderbus: order events on Kafka, delivered to partners as signed webhooks.",
    epilog="Settings also come from ORDERBUS_… variables; README.md lists them.",
)
app.add_typer(demo.app)
app.add_typer(dev.app)
app.add_typer(run.app)
app.add_typer(subscriptions.app, name="subscriptions")
app.add_typer(dlq.app, name="dlq")
app.add_typer(replay.app)
app.add_typer(trace.app)
app.add_typer(acks.app, name="acks")
schemas.app.add_typer(registry.schemas_app)
app.add_typer(topics.app, name="topics")
app.add_typer(schemas.app, name="schemas")
app.add_typer(registry.app, name="registry")
tidy(app)


def _show_version(*, value: bool) -> None:
    if value:
        typer.echo(f"orderbus {version('orderbus')}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    *,
    bootstrap_servers: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT,…", help="Kafka. Default: the running `bus dev`."
        ),
    ] = None,
    registry_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Schema registry. Default: our own."),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where `bus dev` keeps its data."),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _show_version(value=value),
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    """Take the global options."""
    ctx.obj = Root(
        {
            "bootstrap_servers": bootstrap_servers,
            "registry_url": registry_url,
            "data_dir": data_dir,
        }
    )
