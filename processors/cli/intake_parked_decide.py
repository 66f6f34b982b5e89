"""`bus intake parked release|reject|assign|snooze`: of items, or of a whole group."""

from typing import Annotated

import typer

from processors.cli.intake_parked import DryRun, Items, OfGroup, Why, app, run
from processors.cli.moments import a_duration
from processors.cli.subscription_options import AsJson, Yes


@app.command("release")
def release_command(  # noqa: PLR0913 - an option each
    ctx: typer.Context,
    items: Items = None,
    group: OfGroup = None,
    why: Why = "",
    *,
    raw: Annotated[
        bool, typer.Option("--raw", help="Convert the original, whatever was edited.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let parked orders go on: edited ones as they are, others converted again.

    A rule that holds one does so no more; what cannot be converted is parked again.
    Rejected and expired ones can be released, too.

    For example:
      bus intake parked release ITEM --why 'the buyer confirmed'
      bus intake parked release --group f1-7a91298b1334 --yes
    """
    from processors.cli.intake_parked_work import Decide, decide

    _refuse_nothing(items, group)
    how = Decide(
        action="release", why=why, raw=raw, dry_run=dry_run, yes=yes, as_json=as_json
    )
    run(ctx, lambda world: decide(world, items or (), group, how))


@app.command("reject")
def reject_command(  # noqa: PLR0913 - an option each
    ctx: typer.Context,
    items: Items = None,
    group: OfGroup = None,
    why: Annotated[str, typer.Option(help="In words; needed.")] = "",
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Turn parked orders away: the OMS never gets them. The originals are kept.

    For example:
      bus intake parked reject ITEM --why 'a test order'
    """
    from processors.cli.intake_parked_work import Decide, decide

    _refuse_nothing(items, group)
    if not why.strip():
        raise typer.BadParameter("say why they are turned away", param_hint="--why")
    how = Decide(action="reject", why=why, dry_run=dry_run, yes=yes, as_json=as_json)
    run(ctx, lambda world: decide(world, items or (), group, how))


@app.command("assign")
def assign_command(
    ctx: typer.Context,
    to: Annotated[str, typer.Option(help="Who looks after them; '': nobody.")],
    items: Items = None,
    group: OfGroup = None,
    why: Why = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Say who looks after parked orders.

    For example:
      bus intake parked assign --group f1-7a91298b1334 --to kim
    """
    from processors.cli.intake_parked_work import Decide, decide

    _refuse_nothing(items, group)
    how = Decide(action="assign", why=why, to=to, yes=True, as_json=as_json)
    run(ctx, lambda world: decide(world, items or (), group, how))


@app.command("snooze")
def snooze_command(
    ctx: typer.Context,
    span: Annotated[
        str,
        typer.Option(
            "--for", help="30m, 4h, 2d; 0s: they are awake again.", callback=a_duration
        ),
    ],
    items: Items = None,
    group: OfGroup = None,
    why: Why = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Put parked orders off: they go on waiting, and are not listed meanwhile.

    For example:
      bus intake parked snooze ITEM --for 4h --why 'waits for the price list'
    """
    from processors.cli.intake_parked_work import Decide, decide

    _refuse_nothing(items, group)
    how = Decide(action="snooze", why=why, span=span, yes=True, as_json=as_json)
    run(ctx, lambda world: decide(world, items or (), group, how))


def _refuse_nothing(items: list[str] | None, group: str | None) -> None:
    if bool(items) == bool(group):
        raise typer.BadParameter("name items, or --group GROUP; not both")
