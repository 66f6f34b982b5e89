"""`bus migrate`: from an old sender to this bus, in phases, with proof."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.control import GOOD, failed_is_an_answer
from processors.cli.migrate_compare import compare_command
from processors.cli.migrate_import import import_command
from processors.cli.migrate_read import read_command
from processors.cli.migrate_record import shadow_command, tap_command
from processors.cli.migrate_report import report_command
from processors.cli.moments import a_moment
from processors.cli.subscription_options import AsJson, Id

if TYPE_CHECKING:
    from processors.migrations.world import MigrationsWorld

app = typer.Typer(
    help="Move a partner from an old sender, and back, with proof.",
    no_args_is_help=True,
)
Why: TypeAlias = Annotated[str, typer.Option(help="For the report and the audit.")]
Epoch: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", help="Only from this epoch, as status says.")
]

app.command("compare")(compare_command)
app.command("report")(report_command)
app.command("tap")(tap_command)
app.command("read")(read_command)
app.command("import")(import_command)
app.command("shadow")(shadow_command)


Limits = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=NUMBER", help="What a gate asks for. Repeatable."),
]


OldSide: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="ID", help="The one that sent. Default: a sender outside."),
]


@app.command("plan")
def plan_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    migration: Id,
    *,
    old: OldSide = None,
    about: Annotated[str | None, typer.Option(help="For people.")] = None,
    overlap: Annotated[
        str | None, typer.Option(help="How long both send around a step: 60s.")
    ] = None,
    shares: Annotated[
        str | None, typer.Option(help="Of the canary, in percent: 1,5,25,50.")
    ] = None,
    limit: Limits = None,
    force: Annotated[
        bool, typer.Option("--force", help="Though it delivers already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Plan a migration to a subscription, or change how it is to go.

    The subscription gets no order until steps give it some: plan first, add it then.
    One that delivers already, beside an old sender outside, needs --force.
    Limits: pairs days fresh_h hold_h deliveries success p95_s duplicates.

    For example:
      bus migrate plan acme-grpc --old acme --limit hold_h=2 --limit days=1
      bus migrate plan acme --shares 1,10,50
    """
    from processors.cli.migrate_steps import in_migrations, planned_of, tell
    from processors.migrations.steps import plan

    wanted = cache(lambda: planned_of(old, about, overlap, shares, limit, force=force))

    async def planned(on: "MigrationsWorld") -> int:
        await plan(on, migration, wanted())
        return await tell(on, migration, as_json=as_json)

    in_migrations(ctx, planned, first=wanted)


@app.command("status")
def status_command(
    ctx: typer.Context,
    migration: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show all migrations, or one with its gates and steps.

    For example:
      bus migrate status
      bus migrate status acme --json | jq -r '.gates[] | select(.state != "pass")'
    """
    from processors.cli.migrate_steps import in_migrations, tell, tell_all

    async def status(on: "MigrationsWorld") -> int:
        if migration is None:
            return await tell_all(on, as_json=as_json)
        return await tell(on, migration, as_json=as_json)

    in_migrations(ctx, status, reads=True)


@app.command("step")
def step_command(
    ctx: typer.Context,
    migration: Id,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Pass closed gates; needs --why.")
    ] = False,
    why: Why = "",
    epoch: Epoch = None,
    as_json: AsJson = False,
) -> None:
    """Go on by one rung: the next phase, or the next share of the orders.

    Orders change hands from the ends of the source topics on. Exit code 1: a gate is
    closed; it says which, and why; or somebody else stepped meanwhile.

    For example:
      bus migrate step acme --why "parity over seven days"
      bus migrate step acme --force --why "the partner asked for it"
    """
    from processors.cli.migrate_steps import in_migrations, refuse_unreasoned, tell
    from processors.migrations.steps import step

    async def stepped(on: "MigrationsWorld") -> int:
        await step(on, migration, force=force, why=why, epoch=epoch)
        return await tell(on, migration, as_json=as_json)

    in_migrations(ctx, stepped, first=lambda: refuse_unreasoned(force=force, why=why))


@app.command("back")
def back_command(
    ctx: typer.Context,
    migration: Id,
    *,
    at_all: Annotated[
        bool, typer.Option("--all", help="To where the new side has no order.")
    ] = False,
    why: Why = "",
    epoch: Epoch = None,
    as_json: AsJson = False,
) -> None:
    """Take orders back: one rung, or all of them. No gate is asked.

    For example:
      bus migrate back acme --why "a rehearsal"
      bus migrate back acme --all --why "the partner sees duplicates"
    """
    from processors.cli.migrate_steps import in_migrations, tell
    from processors.migrations.steps import back

    async def taken_back(on: "MigrationsWorld") -> int:
        await back(on, migration, at_all=at_all, why=why, epoch=epoch)
        return await tell(on, migration, as_json=as_json)

    in_migrations(ctx, taken_back)


@app.command("owner")
def owner_command(
    ctx: typer.Context,
    migration: Id,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="An order's id.")],
    *,
    made_at: Annotated[
        str,
        typer.Option(
            help="When its event was made: a time, or 2h ago.", callback=a_moment
        ),
    ] = "now",
    as_json: AsJson = False,
) -> None:
    """Say who sends an order, and whether an old sender outside has to.

    Exit code 0: the old sender sends. 1: the bus does, and the old sender must not.
    3: not known, as there is no such migration, or no Kafka; then, and at any other
    code (2: wrong usage), the old sender has to send.

    For example:
      bus migrate owner acme SO-1001
      bus migrate owner acme SO-1001 --made-at 2026-11-02T09:30:00Z --json
    """
    from processors.cli.migrate_steps import in_migrations, tell_owner

    failed_is_an_answer(ctx)

    async def owner(on: "MigrationsWorld") -> int:
        return tell_owner(on, migration, order, made_at, as_json=as_json)

    in_migrations(ctx, owner, reads=True)


@app.command("remove")
def remove_command(ctx: typer.Context, migration: Id) -> None:
    """Forget a migration: each side then gets all that it asks for.

    For one that is over, or was never begun. While both share the orders, or both would
    send every one of them, it is refused: remove or pause the side that is to send no
    more, first. An old sender outside is taken to send until the last phase.

    For example:
      bus migrate remove acme
    """
    from processors.cli.migrate_steps import in_migrations
    from processors.migrations.forgetting import forget
    from processors.screen.saying import say

    async def remove(on: "MigrationsWorld") -> int:
        await forget(on, migration)
        say(f"The migration {migration} is forgotten.")
        return GOOD

    in_migrations(ctx, remove)
