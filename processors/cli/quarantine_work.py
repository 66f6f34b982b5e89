"""What `bus quarantine` does and says."""

from dataclasses import dataclass

from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.cli.dlq_redrive import bar
from processors.cli.quarantine_view import print_released
from processors.redrive.item_rows import all_items, released_row
from processors.redrive.quarantine import WantedItems, read_items
from processors.redrive.release import Release, let_drop
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True)
class How:
    """What the options say."""

    dry_run: bool
    yes: bool
    as_json: bool


async def replay_all(world: World, meant: WantedItems, how: How) -> int:
    """Release what can be decoded, after asking; return the exit code."""
    done = await Release(world).plan(read_items(world, meant))
    if not how.dry_run and done.released:
        ask(f"Deliver {done.released} records from quarantine?", yes=how.yes)
        with bar("replaying", done.pending) as progress:
            done = await Release(world).run(read_items(world, meant), progress)
    if done.refused:
        warn(f"{done.refused} deliveries are too large to carry on: bus dlq list")
    if done.failed_filters:
        warn(f"a filter fails on {done.failed_filters} of them, which is no match")
    if how.as_json:
        print_json({"dry_run": how.dry_run, **released_row(done)})
    else:
        print_released(done, dry_run=how.dry_run)
    return FAILED if done.stuck else GOOD


async def discard_all(world: World, meant: WantedItems, how: How) -> int:
    """Mark what is pending as done with, after asking; return the exit code."""
    pending = len(await all_items(world, meant))
    done = 0
    if pending and not how.dry_run:
        ask(f"Discard {pending} records? Nobody gets them.", yes=how.yes)
        with bar("discarding", pending) as progress:
            done = await let_drop(world, read_items(world, meant), progress)
    if how.as_json:
        print_json({"dry_run": how.dry_run, "pending": pending, "discarded": done})
    elif not pending:
        console().print("Nothing is pending.")
    else:
        what = f"would discard {pending}" if how.dry_run else f"discarded {done}"
        console().print(what)
    return GOOD
