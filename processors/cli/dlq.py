"""`bus dlq`: deliveries that were given up; look at them, send them again."""

from typing import TYPE_CHECKING, Annotated

import typer

from bus.delivery.marks import Fate
from processors.cli.control import FAILED, GOOD, console, print_json, run
from processors.cli.dlq_options import (
    Limit,
    Owner,
    limit_of,
    refuse_unknown_here,
    wanted,
    with_filters,
)
from processors.cli.edit_options import Edited
from processors.cli.edit_options import How as Edit
from processors.cli.edited import replace_letter
from processors.cli.subscription_options import AsJson, Yes

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer(
    help="Dead letters: deliveries that were given up.",
    no_args_is_help=True,
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")]


@app.command("list")
@with_filters
def list_command(
    ctx: typer.Context,
    subscription: Owner = None,
    *,
    states: Annotated[
        list[Fate] | None, typer.Option("--state", help="Default: all. Repeatable.")
    ] = None,
    limit: Limit = None,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """List dead letters, oldest first, with what became of them.

    For example:
      bus dlq list
      bus dlq list acme --reason exhausted --since 2h --type 'order.*'
      bus dlq list acme --state pending --json | jq -r '.[].event_id'
    """
    from processors.cli.dlq_view import print_rows
    from processors.redrive.inspecting import rows_of

    async def list_(world: "World") -> int:
        meant = wanted(world, given, states or ())
        most = limit_of(limit, as_json=as_json)
        rows, more = await rows_of(world, subscription, meant, most)
        if as_json:
            print_json(rows)
        else:
            print_rows(rows, more=more)
        return GOOD

    run(
        ctx,
        list_,
        reads=True,
        first=lambda: refuse_unknown_here(ctx, given.get("types")),
    )


@app.command("show")
def show_command(
    ctx: typer.Context,
    event_id: Annotated[
        str, typer.Argument(metavar="EVENT_ID", help="The webhook-id.")
    ],
    subscription: Owner = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the dead letters of one event: headers, content, all attempts.

    Exit code 1: there are none.

    For example:
      bus dlq show 5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11
      bus dlq show 5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11 acme --json
    """
    from processors.cli.dlq_show import print_whole
    from processors.redrive.inspecting import all_of

    async def show(world: "World") -> int:
        found = await all_of(world, subscription, event_id)
        if as_json:
            print_json(found)
        elif not found:
            console(stderr=True).print(
                f"There is no dead letter of event {event_id}. Those of an order:"
                f" bus dlq list --order {event_id}"
            )
        for one in found if not as_json else []:
            print_whole(one)
        return GOOD if found else FAILED

    run(ctx, show, reads=True)


@app.command("replay")
@with_filters
def replay_command(
    ctx: typer.Context,
    subscription: Owner = None,
    *,
    dry_run: DryRun = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Even if it is paused or its breaker is open."),
    ] = False,
    edited: Edited = None,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Send pending dead letters again, from the first tier on.

    They keep their webhook-id, are signed with the present secret, and have all their
    attempts anew. Asked again, this finds nothing left; what fails is dead again.

    With --edited, the data in FILE is sent in the place of one that was refused, once
    however often it is asked; it has to match the schema. The original stays.

    For example:
      bus dlq replay acme --dry-run
      bus dlq replay acme --reason exhausted --since 2026-11-23T08:00:00Z
      bus dlq replay acme --event EVENT_ID --edited edited.json
    """
    if edited is not None:
        edit = Edit(edited, dry_run, as_json, force)
        replace_letter(ctx, subscription, given, edit)
        return
    from processors.cli.dlq_redrive import How, replay_all
    from processors.redrive.inspecting import owners_of

    async def replay_(world: "World") -> int:
        meant = wanted(world, given, [Fate.PENDING])
        owners = await owners_of(world, subscription)
        how = How(subscription is not None, dry_run, force, as_json)
        return await replay_all(world, owners, meant, how)

    run(ctx, replay_, reads=True)


@app.command("discard")
@with_filters
def discard_command(
    ctx: typer.Context,
    subscription: Owner = None,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Mark pending dead letters as done with. They stay readable until they expire.

    For example:
      bus dlq discard acme --reason unrenderable
      bus dlq discard --event 5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11 --yes
    """
    from processors.cli.dlq_redrive import discard_all
    from processors.redrive.inspecting import owners_of

    async def discard_(world: "World") -> int:
        meant = wanted(world, given, [Fate.PENDING])
        owners = await owners_of(world, subscription)
        return await discard_all(
            world, owners, meant, dry_run=dry_run, yes=yes, as_json=as_json
        )

    run(ctx, discard_, reads=True)
