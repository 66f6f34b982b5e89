"""`bus registry serve` and `bus schemas register`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from bus.errors import ConfigurationError, OrderbusError
from processors.cli.control import FAILED, GOOD, complain
from processors.cli.root import Root
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.settings import Settings

app = typer.Typer(
    help="The schema registry that comes with the bus.", no_args_is_help=True
)

Host: TypeAlias = Annotated[
    str, typer.Option(help="Address to listen on; not loopback: with users only.")
]
UsersFile: TypeAlias = Annotated[
    Path | None, typer.Option(help="Who may ask: lines of `bus registry user`.")
]
HostName: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="A name that clients call it by; may be repeated."),
]


@app.callback()
def registry() -> None:
    """The schema registry that comes with the bus."""


@app.command("serve")
def serve_command(
    ctx: typer.Context,
    *,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: a free one.")] = 8081,
    users_file: UsersFile = None,
    host_name: HostName = None,
) -> None:
    """Serve the registry over HTTP, for Confluent's clients and tools.

    Its state is the compacted topic _schemas; any number of instances may serve it.
    `bus dev` serves one already. Ctrl-C stops it.
    """
    import asyncio

    from processors.cli.processes import run_in_loop
    from processors.cli.register import serve_registry
    from processors.registry.users import Users
    from processors.stopping import stop_on_signals
    from processors.wiring.registry import open_registry

    async def serve(settings: "Settings") -> int:
        users = None if users_file is None else Users.read(users_file)
        stop = asyncio.Event()

        def serves(line: str) -> None:
            stop_on_signals(stop)  # until it serves, Ctrl-C ends it at once
            typer.echo(line)

        with asking_kafka():
            async with open_registry(
                settings, users=users, host_names=host_name or ()
            ) as ours:
                await serve_registry(ours, stop, host=host, port=port, say=serves)
        return GOOD

    try:
        run_in_loop(serve(cast(Root, ctx.obj).settings()))
    except OrderbusError as error:
        raise typer.Exit(complain(ctx, error)) from None


@app.command("user")
def user_command(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Without colon or space.")],
) -> None:
    """Print a line for the users file; asks for the password, or reads a pipe."""
    import os
    import sys

    from processors.registry.users import line_of

    if sys.stdin.isatty():
        password = str(typer.prompt("Password", hide_input=True))
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise typer.Exit(complain(ctx, ConfigurationError("the password is empty")))
    try:
        typer.echo(line_of(name, password, os.urandom(16)))
    except ConfigurationError as error:
        raise typer.Exit(complain(ctx, error)) from None


def register_command(
    ctx: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder of schemas; default: the settings'."),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would happen.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Register every schema under its subject, or none if one would break readers.

    Exit code 0: all are registered. 1: one is incompatible, or the registry failed.
    """
    from bus.client.schemas import load_catalogue
    from processors.cli.processes import run_in_loop
    from processors.cli.register import is_good, print_registrations, register_catalogue
    from processors.wiring.registry import open_subjects

    async def register(settings: "Settings") -> int:
        catalogue = load_catalogue(folder or settings.schemas_dir)
        with asking_kafka():
            async with open_subjects(settings) as subjects:
                rows = await register_catalogue(catalogue, subjects, dry_run=dry_run)
        print_registrations(rows, as_json=as_json, dry_run=dry_run)
        return GOOD if is_good(rows) else FAILED

    try:
        code = run_in_loop(register(cast(Root, ctx.obj).settings()))
    except OrderbusError as error:
        code = complain(ctx, error)
    if code:
        raise typer.Exit(code)
