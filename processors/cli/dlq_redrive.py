"""What `bus dlq replay` and `discard` do and say, one subscription after another."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bus.errors import (
    InvalidSubscriptionError,
    NotReadyError,
    SubscriptionNotFoundError,
)
from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.cli.dlq_view import counts
from processors.redrive.again import target
from processors.redrive.known_letters import KnownLetters
from processors.redrive.letter_rows import Row, plan_row
from processors.redrive.letters import Wanted
from processors.redrive.readiness import refuse_unready
from processors.redrive.replaying import Letters, Plan, discard, replay
from processors.redrive.replaying import Progress as Told
from processors.subscriptions.onboarding import find
from processors.subscriptions.world import World

_FAILURES = {"refused", "gone", "too_large"}
_REFUSALS = (InvalidSubscriptionError, NotReadyError, SubscriptionNotFoundError)


@dataclass(frozen=True, slots=True)
class How:
    """What the options of `replay` say."""

    named: bool
    dry_run: bool
    force: bool
    as_json: bool


@contextmanager
def bar(what: str, total: int | None) -> Iterator[Told]:
    """Draw a progress bar on stderr, if that is a terminal."""
    out = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda more: progress.advance(task, more)


async def replay_all(
    world: World, owners: Sequence[str], meant: Wanted, how: How
) -> int:
    """Replay for each that can take it; say what was done; return the exit code."""
    rows: list[Row] = []
    known = KnownLetters()
    for owner in owners:
        found = await _planned(world, known, owner, meant)
        if not found.pending and not how.named:
            continue
        try:
            letters = known.read(world, owner, meant)
            rows.append(await _replay(world, owner, letters, found, how))
        except _REFUSALS as error:
            if how.named and not how.dry_run:
                raise
            warn(str(error))
            rows.append(plan_row(owner, found, "") | {"refused": str(error)})
    if how.as_json:
        print_json({"dry_run": how.dry_run, "subscriptions": rows})
    else:
        say_replayed(rows, dry_run=how.dry_run)
    return FAILED if any(r.keys() & _FAILURES for r in rows) else GOOD


async def _planned(
    world: World, known: KnownLetters, owner: str, meant: Wanted
) -> Plan:
    """Count what is pending; that may read the whole topic, so it is said meanwhile."""
    with console(stderr=True).status(f"Reading the dead letters of {owner} …"):
        return await known.plan(world, owner, meant)


async def _replay(
    world: World, owner: str, letters: Letters, found: Plan, how: How
) -> Row:
    subscription = find(world, owner)
    said = plan_row(owner, found, target(world.topology, subscription))
    if not found.whole:
        return said | {"replayed": 0}
    await refuse_unready(world, subscription, force=how.force)
    if how.dry_run:
        return said | {"replayed": 0}
    with bar(f"replaying {owner}", found.pending) as progress:
        done = await replay(world, subscription, letters, progress)
    left = {"gone": done.gone, "too_large": done.refused, "why": done.why}
    return said | {"replayed": done.sent} | {k: v for k, v in left.items() if v}


def say_replayed(rows: Sequence[Row], *, dry_run: bool) -> None:
    """What was replayed of each subscription, in sentences."""
    out = console()
    if not rows:
        out.print("Nothing is pending.")
    for r in rows:
        owner, damaged = r["subscription"], r["damaged"]
        if not r["pending"]:
            out.print(f"{owner}: nothing is pending")
            continue
        if "refused" not in r:
            count = int(str(r["pending"])) - int(str(damaged)) if dry_run else 0
            what = f"would replay {count}" if dry_run else f"replayed {r['replayed']}"
            out.print(f"{owner}: {what} to {r['to']} ({_split(r)})")
        if damaged:
            out.print(f"{owner}: {damaged} are damaged and cannot be; bus dlq show")
        _say_left(r)


def _say_left(r: Row) -> None:
    """What stays pending, and what can be done about it."""
    owner = r["subscription"]
    if gone := r.get("gone"):
        warn(
            f"{owner}: {gone} have expired: the source record they stand for is there"
            f" no more; bus dlq discard {owner} --reason unwritable"
        )
    if large := r.get("too_large"):
        warn(
            f"{owner}: {large} are more than {r['to']} takes ({r['why']}); raise its"
            " max.message.bytes in topics.yaml, bus topics apply, and replay again"
        )


def _split(r: Row) -> str:
    by_type, by_reason = r["by_type"], r["by_reason"]
    if not isinstance(by_type, dict) or not isinstance(by_reason, dict):
        return ""
    return f"{counts(by_type)}; {counts(by_reason)}"


async def discard_all(
    world: World,
    owners: Sequence[str],
    meant: Wanted,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Discard after asking once; say what was done; return the exit code."""
    known = KnownLetters()
    plans = {owner: await _planned(world, known, owner, meant) for owner in owners}
    rows = [plan_row(owner, p, "") for owner, p in plans.items() if p.pending]
    total = sum(p.pending for p in plans.values())
    if total and not dry_run:
        ask_to_discard(rows, yes=yes)
        with bar("discarding", total) as progress:
            for r in rows:
                letters = known.read(world, str(r["subscription"]), meant)
                r["discarded"] = await discard(world, letters, progress)
    return tell_discarded(rows, dry_run=dry_run, as_json=as_json)


def ask_to_discard(rows: Sequence[Row], *, yes: bool) -> None:
    """Ask before dead letters are marked as done with."""
    total = sum(int(str(r["pending"])) for r in rows)
    names = ", ".join(str(r["subscription"]) for r in rows)
    ask(f"Discard {total} dead letters of {names}? They are not replayed.", yes=yes)


def tell_discarded(rows: Sequence[Row], *, dry_run: bool, as_json: bool) -> int:
    """Say what was discarded of each subscription; return the exit code."""
    if as_json:
        print_json({"dry_run": dry_run, "subscriptions": rows})
        return GOOD
    if not rows:
        console().print("Nothing is pending.")
    for r in rows:
        what = (
            f"would discard {r['pending']}"
            if dry_run
            else f"discarded {r['discarded']}"
        )
        console().print(f"{r['subscription']}: {what} ({_split(r)})")
    return GOOD
