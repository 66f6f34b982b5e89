"""`bus replay`: a span of time, delivered once more to one subscription."""

from typing import Annotated

import typer

from bus.delivery.subscription import Subscription
from bus.errors import ConfigurationError
from processors.cli.asking import ask
from processors.cli.control import GOOD, console, print_json, run, warn
from processors.cli.dlq_options import moment_ms, refuse_unknown
from processors.cli.dlq_redrive import bar
from processors.cli.dlq_view import counts, moment
from processors.cli.subscription_options import AsJson, Id, Yes
from processors.redrive.again import target
from processors.redrive.backfill import Found, Span, count, deliver
from processors.redrive.readiness import refuse_unready
from processors.subscriptions.onboarding import find
from processors.subscriptions.world import World

app = typer.Typer()


@app.command("replay")
def replay_command(  # noqa: PLR0913 - one a option
    ctx: typer.Context,
    subscription_id: Id,
    since: Annotated[
        str, typer.Option("--from", help="2026-11-23T12:00:00Z, or 2h for 2 h ago.")
    ],
    until: Annotated[str, typer.Option("--to", help="Likewise; exclusive.")] = "now",
    *,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", "-t", help="Only these of its types. Repeatable."),
    ] = None,
    order: Annotated[str | None, typer.Option(help="Only this order id.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be delivered.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Even if it is paused or its breaker is open."),
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Deliver past events once more, to one subscription alone.

    Reads the source topics again (7 days are kept) and sends what the subscription's
    types and filter want now, accepted before or not, with the same webhook-ids. For
    a new subscription's backfill, or a day that a partner lost.

    For example:
      bus replay acme --from 2026-11-22T00:00:00Z --to 2026-11-23T00:00:00Z --dry-run
      bus replay acme --from 2h --type 'payment.*' --yes
      bus replay acme --from 7d --order A-1001
    """

    async def replay_(world: World) -> int:
        subscription = find(world, subscription_id)
        refuse_unknown(types or (), world.checks.event_types)
        span = Span(
            since_ms=moment_ms(world, "--from", since),
            until_ms=moment_ms(world, "--to", until),
            types=types or (),
            order=order,
        )
        if span.since_ms >= span.until_ms:
            raise ConfigurationError("--from: expected a time before --to")
        await refuse_unready(world, subscription, force=force)
        if not dry_run and not yes:
            _ask(subscription_id, span, await _counted(world, subscription, span))
        if dry_run:
            found = await _counted(world, subscription, span)
        else:
            with bar(f"delivering to {subscription_id}", None) as progress:
                found = await deliver(world, subscription, span, progress)
        to = target(world.topology, subscription)
        _say(subscription_id, found, to, dry_run=dry_run, as_json=as_json)
        return GOOD

    run(ctx, replay_)


async def _counted(world: World, subscription: Subscription, span: Span) -> Found:
    with console(stderr=True).status("Counting …"):
        return await count(world, subscription, span)


def _ask(name: str, span: Span, found: Found) -> None:
    if found.wanted:
        between = f"{moment(span.since_ms)} to {moment(span.until_ms)}"
        ask(
            f"Deliver {found.wanted} events from {between} to {name} again"
            f" ({counts(found.by_type)})?",
            yes=False,
        )


def _say(name: str, found: Found, to: str, *, dry_run: bool, as_json: bool) -> None:
    if found.undecodable:
        warn(f"{found.undecodable} records cannot be decoded; left out")
    if found.failed_filters:
        warn(f"the filter fails on {found.failed_filters} events; left out")
    if as_json:
        fields = {
            "subscription": name,
            "dry_run": dry_run,
            "to": to,
            "read": found.read,
            "wanted": found.wanted,
            "replayed": 0 if dry_run else found.wanted,
            "by_type": dict(sorted(found.by_type.items())),
        }
        print_json(fields)
    elif not found.wanted:
        console().print(f"{name}: wants none of the {found.read} events read")
    else:
        what = "would replay" if dry_run else "replayed"
        split = counts(found.by_type)
        console().print(f"{name}: {what} {found.wanted} to {to} ({split})")
