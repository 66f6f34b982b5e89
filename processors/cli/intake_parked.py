"""`bus intake parked`: orders that are held; which first, why, and what to do."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import typer

from processors.cli.control import exit_with, over_api
from processors.cli.dlq_options import Limit
from processors.cli.subscription_options import AsJson, Yes
from processors.cli.waiting import asking_kafka

if TYPE_CHECKING:
    from processors.cli.root import Root
    from processors.parked.world import ParkedWorld

app = typer.Typer(
    help="Orders that a rule or a failed conversion holds.",
    no_args_is_help=True,
)
Body: TypeAlias = "Callable[[ParkedWorld], Awaitable[int]]"
STATES = ("parked", "snoozed", "released", "rejected", "expired", "all")
FIELDS = ("source", "account", "event_type", "value", "currency", "tier")

Items: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="ITEM…", help="Ids of items, as the list has them."),
]
OneItem: TypeAlias = Annotated[
    str, typer.Argument(metavar="ITEM", help="The id of an item.")
]
GroupId: TypeAlias = Annotated[
    str, typer.Argument(metavar="GROUP", help="The id of a group: f1-….")
]
OfGroup: TypeAlias = Annotated[
    str | None, typer.Option("--group", help="All that wait of this group instead.")
]
Why: TypeAlias = Annotated[str, typer.Option(help="In words; kept with the decision.")]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Only say what it would do.")
]


@app.command("groups")
def groups_command(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """List the groups: what has one cause, the one worth most time first.

    RISK is value times the chance to be late times the tier's weight, summed up; LATE
    says the chance, LEFT the time to the first ship-by. Put off ones count as well.

    For example:
      bus intake parked groups
      bus intake parked groups --json | jq -r '.groups[0].group'
    """
    from processors.cli.intake_parked_work import groups

    run(ctx, lambda world: groups(world, as_json=as_json))


@app.command("list")
def list_command(  # noqa: PLR0913 - an option each
    ctx: typer.Context,
    *,
    group: Annotated[str | None, typer.Option(help="Only of this group.")] = None,
    state: Annotated[
        str, typer.Option(help=f"One of: {', '.join(STATES)}.")
    ] = "parked",
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this one's.")] = None,
    assignee: Annotated[
        str | None, typer.Option(help="Only what this person looks after.")
    ] = None,
    order: Annotated[
        str | None, typer.Option(help="The order, by any name that it has.")
    ] = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """List parked orders, by when they have to go.

    For example:
      bus intake parked list
      bus intake parked list --group f1-7a91298b1334 --json | jq -r '.[].item'
      bus intake parked list --order '#1001' --state all
    """
    from processors.cli.intake_parked_work import Listed, list_items

    refuse_other("--state", state, STATES)
    wanted = {
        "group": group or "",
        "state": state,
        "source": source or "",
        "account": account or "",
        "assignee": assignee or "",
        "order": order or "",
    }
    run(ctx, lambda world: list_items(world, Listed(wanted, limit, as_json)))


@app.command("show")
def show_command(ctx: typer.Context, item: OneItem, *, as_json: AsJson = False) -> None:
    """Show one: what was found, the payload as it came and as it is, all decisions.

    Exit code 1: there is none such.

    For example:
      bus intake parked show 3f0e8c1a-5a2b-5c3d-8e4f-0a1b2c3d4e5f
    """
    from processors.cli.intake_parked_work import show

    run(ctx, lambda world: show(world, item, as_json=as_json))


@app.command("edit")
def edit_command(  # noqa: PLR0913 - an option each
    ctx: typer.Context,
    item: OneItem,
    file: Annotated[
        str, typer.Option(metavar="FILE", help="The event's data as JSON; -: stdin.")
    ],
    event_type: Annotated[
        str, typer.Option("--type", help="Where the item does not say it.")
    ] = "",
    why: Why = "",
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Put another payload in the place of an item's; the original is kept.

    It is checked against the schema of its type, and judged by the rules: what they
    still hold is said. Nothing is published before the item is released.

    For example:
      bus intake parked show ITEM --json | jq .payload >order.json
      bus intake parked edit ITEM --file order.json --why 'the SKU had a typo'
    """
    from processors.cli.intake_parked_work import Edit, edit

    how = Edit(file, event_type, why, dry_run, as_json)
    run(ctx, lambda world: edit(world, item, how), first=how.judge)


@app.command("split")
def split_command(
    ctx: typer.Context,
    group: GroupId,
    by: Annotated[
        str, typer.Option(help=f"One of: {', '.join(FIELDS)}. '': whole again.")
    ],
) -> None:
    """Split a group by a field of its items, for everybody.

    For example:
      bus intake parked split f1-7a91298b1334 --by account
    """
    from processors.cli.intake_parked_work import split

    refuse_other("--by", by, ("", *FIELDS))
    run(ctx, lambda world: split(world, group, by))


@app.command("fix")
def fix_command(  # noqa: PLR0913 - an option each
    ctx: typer.Context,
    group: GroupId,
    mapping: Annotated[
        Path | None,
        typer.Option(help="Try with this mapping.yaml instead of the channel's."),
    ] = None,
    definition: Annotated[
        Path | None, typer.Option("--channel", help="Likewise, this channel.yaml.")
    ] = None,
    why: Why = "",
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Fix once: convert and judge a group again, release what passes.

    With --mapping or --channel it is only tried: put the file where channels are read
    from, then fix without it. The group is remembered as fixed: when it comes back, it
    is shown as a regression. Exit code 1: some do not pass.

    For example:
      bus intake parked fix f1-7a91298b1334 --mapping mapping.yaml
      bus intake parked fix f1-7a91298b1334 --why 'price list of November'
    """
    from processors.cli.intake_parked_fix import Fix, fix

    how = Fix(mapping, definition, why, dry_run, yes, as_json)
    run(ctx, lambda world: fix(world, group, how), first=how.judge)


@app.command("expire")
def expire_command(
    ctx: typer.Context,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Expire now what waits for longer than ORDERBUS_PARKED_EXPIRE_S has it.

    The gateway does so every hour.

    For example:
      bus intake parked expire --dry-run
    """
    from processors.cli.intake_parked_fix import Fix, expire

    how = Fix(None, None, "", dry_run, yes, as_json)
    run(ctx, lambda world: expire(world, how))


def refuse_other(option: str, word: str, known: Sequence[str]) -> None:
    """Refuse a word that is none of those that an option takes."""
    if word not in known:
        from bus.expected import among

        why = f"no {word!r}; {among(word, [one for one in known if one])}"
        raise typer.BadParameter(why, param_hint=option)


def run(
    ctx: typer.Context, body: Body, first: Callable[[], object] = lambda: None
) -> None:
    """Run `body` with the parked items, or the command over the API."""
    if over_api(ctx):
        return

    async def in_world() -> int:
        first()
        with asking_kafka():
            async with cast("Root", ctx.obj).parked() as world:
                return await body(world)

    exit_with(ctx, in_world())
