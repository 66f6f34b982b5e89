"""What `bus quarantine` does and says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bus.errors import AbsentError
from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.cli.dlq_redrive import bar
from processors.cli.quarantine_view import print_released
from processors.redrive.item_rows import released_row
from processors.redrive.known_items import KnownItems
from processors.redrive.letter_rows import Row
from processors.redrive.quarantine import WantedItems, read_items
from processors.redrive.release import Release, count_pending, let_drop
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True)
class How:
    """What the options say."""

    dry_run: bool
    yes: bool
    as_json: bool


async def refuse_absent(world: World, places: Sequence[str]) -> None:
    """Refuse places from which nothing was put aside.

    Raises:
        AbsentError: there is one such among them.
    """
    if places:
        found = await KnownItems().of(world, places)
        refuse_missing(set(places) - {item.place for item in found})


def refuse_missing(places: Collection[str]) -> None:
    """Say that nothing was put aside from there.

    Raises:
        AbsentError: unless there are none.
    """
    if places:
        raise AbsentError(f"no record of {', '.join(sorted(places))} in quarantine")


async def replay_all(world: World, meant: WantedItems, how: How) -> int:
    """Release what can be decoded, after asking; return the exit code."""
    await refuse_absent(world, meant.places)
    done = await Release(world).plan(read_items(world, meant))
    if not how.dry_run and done.released:
        ask(release_question(done.released), yes=how.yes)
        with bar("replaying", done.pending) as progress:
            done = await Release(world).run(read_items(world, meant), progress)
    return tell_released(released_row(done), how)


def release_question(count: int) -> str:
    """What is asked before records are delivered."""
    return f"Deliver {count} records from quarantine?"


def tell_released(row: Row, how: How) -> int:
    """Say what was delivered, or would be (`released_row`); return the exit code."""
    if row["too_large"]:
        warn(f"{row['too_large']} deliveries are too large to carry on: bus dlq list")
    if row["failed_filters"]:
        warn(f"a filter fails on {row['failed_filters']} of them, which is no match")
    if how.as_json:
        print_json({"dry_run": how.dry_run, **row})
    else:
        print_released(row, dry_run=how.dry_run)
    return FAILED if row["still_stuck"] else GOOD


async def discard_all(world: World, meant: WantedItems, how: How) -> int:
    """Mark what is pending as done with, after asking; return the exit code."""
    await refuse_absent(world, meant.places)
    pending = (await count_pending(read_items(world, meant))).pending
    done = 0
    if pending and not how.dry_run:
        ask(discard_question(pending), yes=how.yes)
        with bar("discarding", pending) as progress:
            done = await let_drop(world, read_items(world, meant), progress)
    return tell_discarded(pending, done, how)


def discard_question(count: int) -> str:
    """What is asked before records are marked as done with."""
    return f"Discard {count} records? Nobody gets them."


def tell_discarded(pending: int, done: int, how: How) -> int:
    """Say how many were marked, or would be; return the exit code."""
    if how.as_json:
        print_json({"dry_run": how.dry_run, "pending": pending, "discarded": done})
    elif not pending:
        console().print("Nothing is pending.")
    else:
        what = f"would discard {pending}" if how.dry_run else f"discarded {done}"
        console().print(what)
    return GOOD
