"""`bus replay`: a span of time, delivered once more to one subscription."""

from typing import TYPE_CHECKING, Annotated, TypeAlias, TypedDict

import typer

from bus.errors import ConfigurationError
from processors.cli.control import GOOD, run
from processors.cli.dlq_options import refuse_unknown, refuse_unknown_here
from processors.cli.moments import a_moment, moment_ms
from processors.cli.subscription_options import AsJson, Id, Yes

if TYPE_CHECKING:
    from processors.subscriptions.world import World

app = typer.Typer()

Since: TypeAlias = Annotated[
    str,
    typer.Option(
        "--from", help="2026-11-23T12:00:00Z, or 2h for 2 h ago.", callback=a_moment
    ),
]
Until: TypeAlias = Annotated[
    str, typer.Option("--to", help="Likewise; exclusive.", callback=a_moment)
]
Types: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--type", "-t", help="Only these of its types. Repeatable."),
]
OrderId: TypeAlias = Annotated[str | None, typer.Option(help="Only this order id.")]
EventId: TypeAlias = Annotated[str | None, typer.Option(help="Only this webhook-id.")]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Only count what would be delivered.")
]
Force: TypeAlias = Annotated[
    bool, typer.Option("--force", help="Even if it is paused or its breaker is open.")
]


@app.command("replay")
def replay_command(  # noqa: PLR0913 - one a option
    ctx: typer.Context,
    subscription_id: Id,
    since: Since,
    until: Until = "now",
    *,
    types: Types = None,
    order: OrderId = None,
    event: EventId = None,
    dry_run: DryRun = False,
    force: Force = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Deliver past events once more, to one subscription alone.

    Reads the source topics again (7 days are kept) and sends what the subscription's
    types and filter want now, accepted before or not, with the same webhook-ids. For
    a new subscription's backfill, or a day that a partner lost.

    For example:
      bus replay acme --from 2026-11-22T00:00:00Z --to 2026-11-23T00:00:00Z
      bus replay acme --from 2h --type 'payment.*' --yes
      bus replay acme --from 7d --order A-1001
    """
    from processors.cli.replay_work import How, replay
    from processors.redrive.backfill import Span
    from processors.subscriptions.onboarding import find

    async def replay_(world: "World") -> int:
        find(world, subscription_id)
        refuse_unknown(types or (), world.checks.event_types)
        between = _between(world, since, until)
        span = Span(**between, types=types or (), order=order, event=event)
        how = How(dry_run=dry_run, force=force, yes=yes, as_json=as_json)
        await replay(world, subscription_id, span, how)
        return GOOD

    run(ctx, replay_, reads=True, first=lambda: _judge(ctx, types, since, until))


def _judge(ctx: typer.Context, types: object, since: str, until: str) -> None:
    refuse_unknown_here(ctx, types)
    _refuse_backwards(since, until)


def _refuse_backwards(since: str, until: str) -> None:
    """Refuse an end that no clock brings behind the beginning."""
    from bus.delivery.schedule import parse_moment
    from processors.clock import SystemClock

    now = SystemClock().now()
    if parse_moment(since, now) >= parse_moment(until, now):
        raise ConfigurationError("--from: expected a time before --to")


class _Between(TypedDict):
    since_ms: int
    until_ms: int


def _between(world: "World", since: str, until: str) -> _Between:
    since_ms = moment_ms(world, "--from", since)
    until_ms = moment_ms(world, "--to", until)
    if since_ms >= until_ms:
        raise ConfigurationError("--from: expected a time before --to")
    return _Between(since_ms=since_ms, until_ms=until_ms)
