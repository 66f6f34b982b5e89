"""`bus quarantine`: records nobody could decode; look at them, let them go on."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ParamSpec, cast

import typer

from bus.delivery.marks import Fate
from bus.delivery.quarantine import CODES
from bus.errors import ConfigurationError
from processors.cli.added_options import add_options
from processors.cli.control import FAILED, GOOD, console, print_json, run
from processors.cli.dlq_options import Limit, limit_of
from processors.cli.edit_options import Edited
from processors.cli.edit_options import How as Edit
from processors.cli.edited import replace_item
from processors.cli.moments import a_moment, moment_ms, place_of
from processors.cli.subscription_options import AsJson, Yes

if TYPE_CHECKING:
    from processors.redrive.quarantine import WantedItems
    from processors.subscriptions.world import World

P = ParamSpec("P")

app = typer.Typer(
    help="Records nobody could decode.",
    no_args_is_help=True,
)

Places = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TOPIC/PARTITION/OFFSET…", help="Where they stood. Default: all."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")]
_OPTIONS: Mapping[str, object] = {
    "topics": Annotated[
        list[str] | None,
        typer.Option("--topic", help="The topic they came from. Repeatable."),
    ],
    "reasons": Annotated[
        list[str] | None,
        typer.Option("--reason", help=f"One of: {', '.join(CODES)}. Repeatable."),
    ],
    "sources": Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            help="Who wrote them, as they say (ce_source); -: they do not. Repeatable.",
        ),
    ],
    "since": Annotated[
        str | None,
        typer.Option(
            help="Put aside since: 2026-11-23T12:00:00Z, or 2h for 2 h ago.",
            callback=a_moment,
        ),
    ],
    "until": Annotated[
        str | None, typer.Option(help="Put aside before: likewise.", callback=a_moment)
    ],
}


def _with_filters(command: Callable[P, None]) -> Callable[P, None]:
    return add_options(command, _OPTIONS)


@app.command("list")
@_with_filters
def list_command(
    ctx: typer.Context,
    places: Places = None,
    *,
    states: Annotated[
        list[Fate] | None, typer.Option("--state", help="Default: all. Repeatable.")
    ] = None,
    limit: Limit = None,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """List records in quarantine, oldest first, with what became of them.

    For example:
      bus quarantine list
      bus quarantine list --topic oms.order --reason unknown_schema --since 2h
      bus quarantine list --source /oms/web --state pending
      bus quarantine list --state pending --json | jq -r '.[].place'
    """
    from processors.cli.quarantine_view import print_items
    from processors.redrive.item_rows import item_row, the_newest

    async def list_(world: "World") -> int:
        meant = _wanted(world, places, given, states or ())
        most = limit_of(limit, as_json=as_json)
        items, more = await the_newest(world, meant, most)
        rows = [item_row(item) for item in items]
        if as_json:
            print_json(rows)
        else:
            print_items(rows, more=more)
        return GOOD

    run(ctx, list_, reads=True, first=lambda: _judge(places, given))


@app.command("show")
def show_command(
    ctx: typer.Context,
    place: Annotated[
        str,
        typer.Argument(metavar="TOPIC/PARTITION/OFFSET", help="Where it stood."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one record: what is wrong with it, what to do, and what is in it.

    Headers and key are shown as text, the value as bytes, unless it can be decoded
    by now. Exit code 1: there is none such.

    For example:
      bus quarantine show oms.order/3/17
      bus quarantine show oms.order/3/17 --json | jq -r '.[0].value' | base64 -d
    """
    from processors.cli.quarantine_view import print_whole
    from processors.redrive.item_rows import event_now, item_whole
    from processors.redrive.known_items import KnownItems

    async def show(world: "World") -> int:
        wanted = _wanted(world, [place], {}, ())
        found = await KnownItems().of(world, wanted.places)
        rows = [item_whole(item, await event_now(world, item)) for item in found]
        if as_json:
            print_json(rows)
        elif not found:
            console(stderr=True).print(f"There is no record of {place} in quarantine.")
        else:
            for fields in rows:
                print_whole(fields)
        return GOOD if found else FAILED

    run(ctx, show, reads=True, first=lambda: _judge([place], {}))


@app.command("replay")
@_with_filters
def replay_command(
    ctx: typer.Context,
    places: Places = None,
    *,
    edited: Edited = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Decode pending records again, and deliver what can be read by now.

    Each goes to every subscription that wants it, from its first tier on, under the
    identity that it would have had. What still cannot be decoded stays in quarantine.

    With --edited, the event's data in FILE is checked against the schema of its type
    and published in the place of one record, once however often it is asked; the
    original stays, marked as replaced. FILE has the data as `bus events send` takes
    it, or {"type": …, "data": …} where the record does not say its type.

    Exit code 1: some still cannot be decoded, or nothing is from a place.

    For example:
      bus quarantine replay --dry-run
      bus quarantine replay oms.order/3/17 oms.order/3/18 --yes
      bus quarantine replay --reason unknown_schema --since 2026-11-23T08:00:00Z
      bus quarantine replay oms.order/3/17 --edited mended.json
    """
    if edited is not None:
        replace_item(ctx, places, given, Edit(edited, dry_run, as_json))
        return
    from processors.cli.quarantine_work import How, replay_all

    async def replay(world: "World") -> int:
        meant = _wanted(world, places, given, [Fate.PENDING])
        return await replay_all(world, meant, How(dry_run, yes, as_json))

    run(ctx, replay, reads=True, first=lambda: _judge(places, given))


@app.command("discard")
@_with_filters
def discard_command(
    ctx: typer.Context,
    places: Places = None,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Mark pending records as done with. They stay readable until they expire.

    Exit code 1: nothing was put aside from a place that is named.

    For example:
      bus quarantine discard oms.order/3/17
      bus quarantine discard --reason no_value --yes
    """
    from processors.cli.quarantine_work import How, discard_all

    async def discard(world: "World") -> int:
        meant = _wanted(world, places, given, [Fate.PENDING])
        return await discard_all(world, meant, How(dry_run, yes, as_json))

    run(ctx, discard, reads=True, first=lambda: _judge(places, given))


def _judge(places: Sequence[str] | None, given: Mapping[str, object]) -> None:
    """Refuse what names no place, or no reason that there is."""
    for place in places or ():
        place_of(place)
    for reason in _list(given.get("reasons")):
        if reason not in CODES:
            raise ConfigurationError(
                f"--reason: there is no {reason!r}; there are: {', '.join(CODES)}"
            )


def _wanted(
    world: "World",
    places: Sequence[str] | None,
    given: Mapping[str, object],
    fates: Sequence[Fate],
) -> "WantedItems":
    """What the options ask for.

    Raises:
        ConfigurationError: a time cannot be used.
    """
    from processors.redrive.quarantine import WantedItems

    since, until = given.get("since"), given.get("until")
    return WantedItems(
        places=places or (),
        topics=_list(given.get("topics")),
        reasons=_list(given.get("reasons")),
        sources=_list(given.get("sources")),
        since_ms=None if since is None else moment_ms(world, "--since", str(since)),
        until_ms=None if until is None else moment_ms(world, "--until", str(until)),
        fates=fates,
    )


def _list(value: object) -> Sequence[str]:
    return [str(item) for item in cast("list[str]", value)] if value else ()
