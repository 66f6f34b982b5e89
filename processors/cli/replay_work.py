"""What `bus replay` asks, does and says."""

from dataclasses import dataclass

from bus.delivery.subscription import Subscription
from processors.cli.asking import ask
from processors.cli.control import console, print_json, warn
from processors.cli.dlq_redrive import bar
from processors.cli.dlq_view import counts
from processors.redrive.again import target
from processors.redrive.backfill import Found, Span, count, deliver
from processors.redrive.letter_rows import moment
from processors.redrive.readiness import refuse_unready
from processors.subscriptions.onboarding import find
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What the options of `replay` say, apart from what is meant."""

    dry_run: bool
    force: bool
    yes: bool
    as_json: bool


async def replay(world: World, name: str, span: Span, how: How) -> None:
    """Deliver a span once more after asking, or only count it; say what was done."""
    subscription = find(world, name)
    await refuse_unready(world, subscription, force=how.force)
    if not how.dry_run and not how.yes:
        _ask(name, span, await _counted(world, subscription, span))
    if how.dry_run:
        found = await _counted(world, subscription, span)
    else:
        with bar(f"delivering to {name}", None) as progress:
            found = await deliver(world, subscription, span, progress)
    to = target(world.topology, subscription)
    _say(name, found, to, dry_run=how.dry_run, as_json=how.as_json)


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
    if found.refused:
        warn(
            f"{found.refused} are more than {to} takes; each has left a small dead"
            f" letter: bus dlq list {name} --reason unwritable"
        )
    if found.failed_filters:
        warn(f"the filter fails on {found.failed_filters} events; left out")
    if as_json:
        fields = {
            "subscription": name,
            "dry_run": dry_run,
            "to": to,
            "read": found.read,
            "wanted": found.wanted,
            "replayed": 0 if dry_run else found.wanted - found.refused,
            "too_large": found.refused,
            "by_type": dict(sorted(found.by_type.items())),
        }
        print_json(fields)
    elif not found.wanted:
        console().print(f"{name}: wants none of the {found.read} events read")
    else:
        what = "would replay" if dry_run else "replayed"
        split = counts(found.by_type)
        done = found.wanted - found.refused
        console().print(f"{name}: {what} {done} to {to} ({split})")
