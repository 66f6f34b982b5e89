"""What `bus replay` asks, does and says."""

from collections.abc import Mapping
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

_TELL_EVERY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What the options of `replay` say, apart from what is meant."""

    dry_run: bool
    force: bool
    yes: bool
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What was delivered once more, or would be; at least so many, if not complete."""

    subscription: str
    dry_run: bool
    to: str
    read: int
    wanted: int
    too_large: int
    by_type: Mapping[str, int]
    undecodable: int
    failed_filters: int
    complete: bool = True

    @property
    def sent(self) -> int:
        """How many went out, or would."""
        return self.wanted - self.too_large


async def replay(world: World, name: str, span: Span, how: How) -> None:
    """Deliver a span once more after asking, or only count it; say what was done."""
    subscription = find(world, name)
    await refuse_unready(world, subscription, force=how.force)
    if not how.dry_run and not how.yes:
        found = await _counted(world, subscription, span)
        between = f"{moment(span.since_ms)} to {moment(span.until_ms)}"
        ask_to_replay(name, between, found.wanted, found.by_type)
    if how.dry_run:
        found = await _counted(world, subscription, span)
    else:
        with bar(f"delivering to {name}", None) as progress:
            found = await deliver(world, subscription, span, progress)
    to = target(world.topology, subscription)
    say_replayed(_row(name, found, to, dry_run=how.dry_run), as_json=how.as_json)


async def _counted(world: World, subscription: Subscription, span: Span) -> Found:
    with console(stderr=True).status("Counting …") as status:

        def hear(found: Found) -> None:
            if not found.wanted % _TELL_EVERY:
                status.update(f"Counting … {found.wanted} of {found.read} so far")

        return await count(world, subscription, span, hear=hear)


def ask_to_replay(
    name: str, between: str, wanted: int, by_type: Mapping[str, int]
) -> None:
    """Ask before a span is delivered once more."""
    if wanted:
        ask(
            f"Deliver {wanted} events from {between} to {name} again"
            f" ({counts(by_type)})?",
            yes=False,
        )


def _row(name: str, found: Found, to: str, *, dry_run: bool) -> Replayed:
    return Replayed(
        subscription=name,
        dry_run=dry_run,
        to=to,
        read=found.read,
        wanted=found.wanted,
        too_large=found.refused,
        by_type=dict(sorted(found.by_type.items())),
        undecodable=found.undecodable,
        failed_filters=found.failed_filters,
    )


def say_replayed(done: Replayed, *, as_json: bool) -> None:
    """Say what was done, and what was left out."""
    name, to = done.subscription, done.to
    if done.undecodable:
        warn(f"{done.undecodable} records cannot be decoded; left out")
    if done.too_large:
        warn(
            f"{done.too_large} are more than {to} takes; each has left a small dead"
            f" letter: bus dlq list {name} --reason unwritable"
        )
    if done.failed_filters:
        warn(f"the filter fails on {done.failed_filters} events; left out")
    if as_json:
        fields = {
            "subscription": name,
            "dry_run": done.dry_run,
            "to": to,
            "read": done.read,
            "wanted": done.wanted,
            "replayed": 0 if done.dry_run else done.sent,
            "too_large": done.too_large,
            "by_type": done.by_type,
            "complete": done.complete,
        }
        print_json(fields)
    elif not done.wanted:
        console().print(f"{name}: wants none of the {done.read} events read")
    else:
        what = "would replay" if done.dry_run else "replayed"
        split = counts(done.by_type)
        console().print(f"{name}: {what} {done.sent} to {to} ({split})")
