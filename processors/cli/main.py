"""The root of the `bus` command: global options, and which commands there are.

To add a command or a group of them, `bus thing`:

1. `processors/cli/thing.py` with `app = typer.Typer(help=…, no_args_is_help=True)` and
   its `@app.command(…)` functions. A module of one command named like itself
   (`@app.command("thing")`) is that command; any other is a group.
2. A line in `COMMANDS` below: its name and the first line of its help (a test compares
   the two).
3. At its top `thing.py` imports only what `--help` needs: `typer`, `bus.errors`, enums,
   `processors.cli.control` and such. What a command works with is imported in its
   function; types stand under `TYPE_CHECKING` and in quotes, `"World"`. Whatever needs
   more goes into a module beside it (`thing_view.py`), whose imports stand at the top
   as usual. `tests/unit/processors/cli/test_start.py` fails where this is forgotten.
"""

from pathlib import Path
from typing import Annotated

import typer

from processors.cli.lazy import HELP_NAMES, lazy_group
from processors.cli.root import Root

COMMANDS = {
    "demo": "Show the whole bus at work, in about a minute.",
    "dev": "Run the whole bus here: Kafka, registry, processors, API.",
    "run": "Run processors until SIGTERM or Ctrl-C, then drain.",
    "events": "Write events as the OMS does; read what stands where.",
    "log": "The log of what happened: how it is, prune, rebuild.",
    "outbox": "Events in the OMS's database that wait to be published.",
    "status": "Show processes, lag, breakers, dead letters on one screen.",
    "forecast": "Say when backlogs will be gone, as ranges of 80 %.",
    "objectives": "Say how the objectives of subscriptions go.",
    "health": "Say whether all is well: everybody's state, and why.",
    "alerts": "Alerts of the watch: what fires, silences.",
    "subscriptions": "Who wants which events, where and how.",
    "sources": "Sources: who sends, by which channel, how it is verified.",
    "diagnose": "Find out why deliveries to an endpoint fail.",
    "dlq": "Dead letters: deliveries that were given up.",
    "quarantine": "Records nobody could decode.",
    "replay": "Deliver past events once more, to one subscription alone.",
    "migrate": "Move a partner from an old sender, and back, with proof.",
    "listen": "Receive webhooks here: verify, show, answer as told.",
    "trace": "Print what befell an event: attempts, hops, outcome.",
    "tail": "Show events and attempts as they come, until Ctrl-C.",
    "attempts": "List attempts: who was sent what, what came of it.",
    "acks": "Acknowledgements by consumers: no more attempts.",
    "jobs": "Jobs of a gateway: replays, discards, removals.",
    "keys": "Keys of the HTTP API: who may do what.",
    "portal": "The partner portal: links that sign in to it.",
    "audit": "Show who changed what, when and from where, oldest first.",
    "config": "Show settings as they are in force, and what says so.",
    "topics": "The topics that topics.yaml declares: compare, make it so.",
    "schemas": "Event types and their Avro schemas: list, explain, check.",
    "intake": "What sources sent: files, submissions, orders held.",
    "channels": "Channels: how what senders send becomes our events.",
    "rules": "Rules: what orders are held for, by channel and account.",
    "lookups": "Lookup tables of rules: articles, prices, accounts.",
    "asyncapi": "Describe topics and webhooks as an AsyncAPI 3.0 document.",
    "registry": "The schema registry that comes with the bus.",
}
"""Each is the `app` of the module of its name in `processors.cli`."""

app = typer.Typer(
    name="bus",
    cls=lazy_group("processors.cli", COMMANDS),
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": HELP_NAMES},
    pretty_exceptions_enable=False,
    help="Orderbus: order events on Kafka, delivered to partners as signed webhooks.",
    epilog="Settings also come from ORDERBUS_… variables: docs/configuration.md.",
)


def _show_version(*, value: bool) -> None:
    if value:
        from importlib.metadata import version

        from bus.native.loading import told

        typer.echo(f"orderbus {version('orderbus')} ({told})")
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
            help="Print the version, and whether the hot path is native.",
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
