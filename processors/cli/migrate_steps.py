"""What the commands of migrations do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import typer

from bus.delivery.schedule import parse_moment
from bus.errors import ConfigurationError, MigrationNotFoundError
from processors.cli.control import GOOD, print_json, run
from processors.cli.migrate_view import print_migration, print_migrations, print_owner
from processors.cli.migrate_work import seconds_of
from processors.cli.root import Root
from processors.migrations.showing import migration_row, owner_row
from processors.migrations.steps import Planned, look
from processors.migrations.world import Ask, MigrationsWorld, open_migrations
from processors.subscriptions.world import World
from processors.wiring.asking import AskedLog
from processors.wiring.moving import asking_log


def in_migrations(
    ctx: typer.Context,
    body: Callable[[MigrationsWorld], Awaitable[int]],
    *,
    reads: bool = False,
    first: Callable[[], object] = lambda: None,
) -> None:
    """Run `body` with the migrations opened; exit with what it returns."""

    async def work(world: World) -> int:
        async with asking_of(ctx, world) as ask, open_migrations(world, ask) as on:
            return await body(on)

    run(ctx, work, reads=reads, first=first)


@asynccontextmanager
async def asking_of(ctx: typer.Context, world: World) -> AsyncIterator[Ask]:
    """How subscriptions fared, out of the log of the settings."""
    if not isinstance(ctx.obj, Root):
        yield asking_log(_no_log, world.clock)
        return
    async with AskedLog(ctx.obj.given()) as log:
        yield asking_log(log, world.clock)


async def _no_log() -> None:
    return None


def planned_of(
    old: str | None,
    about: str | None,
    overlap: str | None,
    shares: str | None,
    limits: Sequence[str] | None,
    *,
    force: bool = False,
) -> Planned:
    """What was typed, as a plan.

    Raises:
        ConfigurationError: A number is none.
    """
    return Planned(
        old,
        about,
        None if overlap is None else seconds_of("overlap", overlap),
        None if shares is None else tuple(_whole(one) for one in shares.split(",")),
        dict(_limit(one) for one in limits or ()),
        force,
    )


def _whole(text: str) -> int:
    if not text.strip().isdecimal():
        raise ConfigurationError(f"shares: {text!r} is no whole number of percent")
    return int(text)


def _limit(text: str) -> tuple[str, float]:
    name, equals, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not equals or value != value:  # noqa: PLR0124 - what is no number
        raise ConfigurationError(f"limit: expected NAME=NUMBER, not {text!r}")
    return name, int(value) if value.is_integer() else value


def refuse_unreasoned(*, force: bool, why: str) -> None:
    """Refuse what is forced without a reason.

    Raises:
        ConfigurationError: It is.
    """
    if force and not why:
        kept = "the ledger, the audit and every report say it"
        raise ConfigurationError(f"`--force` needs `--why TEXT`: {kept}")


async def tell(on: MigrationsWorld, id_: str, *, as_json: bool) -> int:
    """Show one, with its gates and steps."""
    row = migration_row(*await look(on, id_))
    if as_json:
        print_json(row)
    else:
        print_migration(row)
    return GOOD


async def tell_all(on: MigrationsWorld, *, as_json: bool) -> int:
    """Show all."""
    rows = [migration_row(*await look(on, one.id)) for one in on.table.all()]
    if as_json:
        print_json(rows)
    else:
        print_migrations(rows)
    return GOOD


def tell_owner(
    on: MigrationsWorld, id_: str, order: str, made_at: str, *, as_json: bool
) -> int:
    """Say who sends an order."""
    migration = on.table.get(id_)
    if migration is None:
        raise MigrationNotFoundError(f"there is no migration {id_}")
    try:
        made_ms = int(parse_moment(made_at, on.world.clock.now()) * 1000)
    except ValueError as error:
        raise ConfigurationError(f"made-at: {error}") from None
    return print_owner(owner_row(migration, order, made_ms), as_json=as_json)
