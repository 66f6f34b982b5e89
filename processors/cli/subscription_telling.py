"""What `bus subscriptions remove` and `apply` ask, and what they say they did."""

from collections.abc import Sequence

from rich.progress import Progress

from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.cli.subscription_view import print_told, print_trial, taken_json
from processors.subscriptions.applying import Action, Step
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.removal import Removed, remove
from processors.subscriptions.showing import Shown
from processors.subscriptions.world import World


def question(subscription_id: str, count: int, *, purge: bool) -> str:
    """What is asked before a removal."""
    fate = (
        f"{count} pending deliveries become dead letters"
        if count
        else "nothing is pending"
    )
    then = ", then all its dead letters are deleted" if purge else ""
    return f"Remove {subscription_id}? {fate}{then}."


async def remove_drawn(world: World, subscription_id: str, *, purge: bool) -> Removed:
    """Remove it, with a bar."""
    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("dead-lettering what is pending", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        return await remove(world, subscription_id, purge=purge, progress=show)


def print_removed(subscription_id: str, removed: Removed, *, as_json: bool) -> None:
    """Say what became of what was pending, and of the dead letters."""
    if as_json:
        print_json({"id": subscription_id, **removed._asdict()})
        return
    console().print(f"{subscription_id}: removed")
    if removed.pending:
        who = "" if not removed.moved else f", {removed.moved} of them by this command"
        console().print(f"  {removed.pending} pending ones were dead-lettered{who}")
    if removed.dlq_kept:
        console().print("  its dead letters are kept; see bus dlq, or --purge")


def ask_to_prune(steps: Sequence[Shown], *, yes: bool) -> None:
    """Ask before subscriptions are removed."""
    doomed = [str(s["id"]) for s in steps if s["action"] == Action.REMOVE.value]
    if doomed:
        ask(f"Remove {', '.join(doomed)}? What is pending is dead-lettered.", yes=yes)


def tell_step(
    done: list[dict[str, object]], step: Step, taken: Taken | None, *, as_json: bool
) -> None:
    """Say that a step was done, or keep it in `done` for JSON."""
    row: dict[str, object] = {"id": step.id, "action": step.action.value}
    warnings: Sequence[str] = ()
    if taken is not None:
        warnings = taken.warnings
        row |= {k: v for k, v in taken_json(taken).items() if k != "subscription"}
    tell(done, row, warnings, as_json=as_json)


def tell(
    done: list[dict[str, object]],
    row: dict[str, object],
    warnings: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """The same from plain values: `id`, `action`, and what is to be handed over."""
    warn(*warnings)
    name, action = str(row["id"]), str(row["action"])
    if as_json:
        done.append(row)
    elif action == Action.REMOVE.value:
        console().print(f"{name}: removed")
    else:
        print_told(name, row, f"{action}d", as_json=False)


def tell_trial(fields: Shown, *, as_json: bool) -> int:
    """Say what came of a test event; return the exit code."""
    sent = fields["sent"]
    if as_json:
        print_json(fields)
    else:
        print_trial(fields, sent if isinstance(sent, dict) else {})
    return GOOD if fields["outcome"] == "accepted" else FAILED


def tell_resealed(
    ids: Sequence[str], unreadable: Sequence[str], *, as_json: bool
) -> int:
    """Say how many were sealed anew, and which cannot be; return the exit code."""
    if as_json:
        print_json({"resealed": ids, "unreadable": unreadable})
    else:
        console().print(f"{len(ids)} resealed")
        warn(*(f"{name} cannot be read, see list" for name in unreadable))
    return FAILED if unreadable else GOOD
