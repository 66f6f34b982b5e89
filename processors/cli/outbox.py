"""`bus outbox`: events in the OMS's database that wait to be published."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from bus.errors import ConfigurationError
from processors.cli.control import GOOD, complain, exit_with, print_json
from processors.cli.root import Root
from processors.cli.subscription_options import AsJson, Yes

if TYPE_CHECKING:
    from processors.outbox.desk import Desk

app = typer.Typer(
    help="Events in the OMS's database that wait to be published.",
    no_args_is_help=True,
)


class Dialect(StrEnum):
    """Which database."""

    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


Numbers: TypeAlias = Annotated[
    list[int] | None,
    typer.Argument(metavar="NUMBER…", help="Of rows, as `bus outbox status` shows."),
]


@app.command("status")
def status_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Show how much waits, and each refused row with the reason.

    Asks the database alone, no Kafka.

    For example:
      bus outbox status
      bus outbox status --json | jq -r '.rows[].why' | sort | uniq -c
    """
    from processors.cli.outbox_view import print_outbox
    from processors.outbox.desk import plain_outbox

    async def status(desk: "Desk") -> int:
        outbox = await desk.look()
        if as_json:
            print_json(plain_outbox(outbox, desk.now()))
        else:
            print_outbox(outbox, desk.now())
        return GOOD

    _at_desk(ctx, status)


@app.command("ddl")
def ddl_command(
    ctx: typer.Context,
    *,
    dialect: Annotated[
        Dialect | None,
        typer.Option(help="Default: that of ORDERBUS_OUTBOX_URL, else postgresql."),
    ] = None,
    table: Annotated[
        str | None, typer.Option(help="Default: ORDERBUS_OUTBOX_TABLE.")
    ] = None,
    inbox: Annotated[
        bool, typer.Option("--inbox", help="The table of `bus.Inbox` instead.")
    ] = False,
) -> None:
    """Print the SQL that makes the outbox's table, for a migration of your own.

    For example:
      bus outbox ddl | psql -d oms
      bus outbox ddl --inbox --dialect sqlite
    """
    from bus.errors import OrderbusError
    from processors.wiring.outbox import table_ddl

    try:
        settings = cast(Root, ctx.obj).given()
        url = settings.outbox_url.get_secret_value() if settings.outbox_url else ""
        if dialect is None:
            lite = url.startswith(Dialect.SQLITE.value)
            dialect = Dialect.SQLITE if lite else Dialect.POSTGRESQL
        name = table or ("orderbus_inbox" if inbox else settings.outbox_table)
        for statement in table_ddl(name, dialect.value, inbox=inbox):
            typer.echo(f"{statement};")
    except OrderbusError as error:
        raise typer.Exit(complain(ctx, error)) from None


@app.command("retry")
def retry_command(
    ctx: typer.Context,
    numbers: Numbers = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that are refused.")] = False,
) -> None:
    """Let the relay publish refused rows after all; what waits behind them follows.

    Once the reason is gone: the schema is there, the relay is upgraded. A row that
    still cannot be published is refused again.

    Exit code 1: no such row is refused.

    For example:
      bus outbox retry 4711
      bus outbox retry --all
    """
    from processors.cli.outbox_view import print_done

    wanted = _wanted(ctx, numbers, every=every)

    async def retry(desk: "Desk") -> int:
        return print_done(await desk.retry(wanted), wanted, "to be published again")

    _at_desk(ctx, retry)


@app.command("discard")
def discard_command(
    ctx: typer.Context,
    numbers: Annotated[
        list[int],
        typer.Argument(metavar="NUMBER…", help="As `bus outbox status` shows."),
    ],
    *,
    yes: Yes = False,
) -> None:
    """Give refused rows up: they are never published, and their orders go on.

    Exit code 1: no such row is refused.

    For example:
      bus outbox discard 4711
    """
    from processors.cli.asking import ask
    from processors.cli.outbox_view import print_done

    async def discard(desk: "Desk") -> int:
        ask(f"Discard {len(numbers)} events? They are never published.", yes=yes)
        return print_done(await desk.discard(numbers), numbers, "discarded")

    _at_desk(ctx, discard)


def _wanted(
    ctx: typer.Context, numbers: list[int] | None, *, every: bool
) -> list[int] | None:
    """The rows that are meant; None for all."""
    if bool(numbers) == every:
        error = ConfigurationError("say which: NUMBER…, or --all")
        raise typer.Exit(complain(ctx, error))
    return numbers or None


def _at_desk(ctx: typer.Context, body: "Callable[[Desk], Awaitable[int]]") -> None:
    async def at_desk() -> int:
        async with cast(Root, ctx.obj).outbox() as desk:
            return await body(desk)

    exit_with(ctx, at_desk())
