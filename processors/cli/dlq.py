"""`bus dlq`: deliveries that were given up; look at them, send them again."""

from collections.abc import Sequence
from typing import Annotated

import typer

from bus.delivery.marks import Fate
from bus.errors import DecodeError, SubscriptionNotFoundError
from bus.event import Event
from processors.cli.control import FAILED, GOOD, console, print_json, run
from processors.cli.dlq_options import Owner, wanted, with_filters
from processors.cli.dlq_redrive import How, discard_all, replay_all
from processors.cli.dlq_view import Row, moment, print_rows, row, whole
from processors.cli.subscription_options import AsJson, Yes
from processors.delivery.decoding import at_origin
from processors.redrive.attempts import read_attempts
from processors.redrive.events import Events
from processors.redrive.letters import Letter, Wanted, dlq_owners, read_letters
from processors.subscriptions.world import World

app = typer.Typer(
    help="Dead letters: deliveries that were given up. List, show, replay, discard.",
    no_args_is_help=True,
)

_SLACK_MS = 3_600_000

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would do.")]


async def owners_of(world: World, subscription: str | None) -> Sequence[str]:
    """The one that was named, or all that have dead letters.

    Raises:
        SubscriptionNotFoundError: the one that was named never was, or left nothing.
    """
    if subscription is None:
        return await dlq_owners(world)
    topic = world.topology.dlq_topic(subscription)
    if not await world.topics.describe([topic]):
        raise SubscriptionNotFoundError(
            f"no subscription {subscription}, and no dead letters of one"
        )
    return [subscription]


@app.command("list")
@with_filters
def list_command(
    ctx: typer.Context,
    subscription: Owner = None,
    *,
    states: Annotated[
        list[Fate] | None, typer.Option("--state", help="Default: all. Repeatable.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Show the newest so many; 0: all.")
    ] = 100,
    as_json: AsJson = False,
    **given: object,
) -> None:
    """List dead letters, oldest first, with what became of them.

    For example:
      bus dlq list
      bus dlq list acme --reason exhausted --since 2h --type 'order.*'
      bus dlq list acme --state pending --json | jq -r '.[].event_id'
    """

    async def list_(world: World) -> int:
        meant = wanted(world, given, states or ())
        rows: list[Row] = []
        for owner in await owners_of(world, subscription):
            async for letters in read_letters(world, owner, meant):
                rows += map(row, letters)
        rows.sort(key=lambda r: str(r["at"]))
        if as_json:
            print_json(rows)
        else:
            print_rows(rows, limit)
        return GOOD

    run(ctx, list_)


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

    async def show(world: World) -> int:
        found: list[Row] = []
        meant = Wanted(events=[event_id])
        for owner in await owners_of(world, subscription):
            async for letters in read_letters(world, owner, meant):
                found += [await _whole(world, letter) for letter in letters]
        if as_json:
            print_json(found)
        elif not found:
            console(stderr=True).print(f"There is no dead letter of event {event_id}.")
        for one in found if not as_json else []:
            _print_whole(one)
        return GOOD if found else FAILED

    run(ctx, show)


async def _whole(world: World, letter: Letter) -> Row:
    if letter.state is None:
        return whole(letter, None, [])
    origin = letter.state.origin
    event: Event | None = letter.event
    try:
        event = await Events(world.schemas).of(at_origin(letter.record, origin))
    except DecodeError:
        event = None
    since_ms = origin.timestamp_ms
    if event is not None:
        since_ms = min(since_ms, int(event.time.timestamp() * 1000)) - _SLACK_MS
    tries: list[Row] = [
        {
            "number": attempt.number,
            "replay": attempt.replay,
            "at": moment(attempt.started_us // 1000),
            "outcome": attempt.outcome,
            "status": attempt.status,
            "detail": attempt.detail,
            "duration_ms": round(attempt.duration_us / 1000, 1),
            "route": attempt.route,
        }
        async for batch in read_attempts(
            world, since_ms=max(0, since_ms), events=[letter.event_id]
        )
        for attempt in batch
        if attempt.subscription == letter.subscription
    ]
    return whole(letter, event, tries)


def _print_whole(fields: Row) -> None:
    out = console()
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        if value in (None, "", [], {}):
            continue
        if name in {"headers", "attempt_log"} and isinstance(value, list):
            out.print(f"{name}:")
            for item in value:
                texts = [str(v) for v in item.values() if v not in (None, "")]
                out.print(f"  {'  '.join(texts)}")
        elif name == "event":
            out.print("event:")
            out.print_json(data=value)
        else:
            out.print(f"{name:{width}}  {value}")


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
    as_json: AsJson = False,
    **given: object,
) -> None:
    """Send pending dead letters again, from the first tier on.

    They keep their webhook-id, are signed with the present secret, and start anew
    with all attempts. Each is sent once more; asked again, this finds nothing left.
    What fails again becomes a new dead letter.

    For example:
      bus dlq replay acme --dry-run
      bus dlq replay acme --reason exhausted --since 2026-11-23T08:00:00Z
      bus dlq replay --order A-1001
    """

    async def replay_(world: World) -> int:
        meant = wanted(world, given, [Fate.PENDING])
        owners = await owners_of(world, subscription)
        how = How(subscription is not None, dry_run, force, as_json)
        return await replay_all(world, owners, meant, how)

    run(ctx, replay_)


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

    async def discard_(world: World) -> int:
        meant = wanted(world, given, [Fate.PENDING])
        owners = await owners_of(world, subscription)
        return await discard_all(
            world, owners, meant, dry_run=dry_run, yes=yes, as_json=as_json
        )

    run(ctx, discard_)
