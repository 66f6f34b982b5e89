"""What `bus subscriptions remove` and `apply` ask, and what they say they did."""

from collections.abc import Sequence

from rich.progress import Progress

from processors.cli.asking import ask
from processors.cli.control import console, print_json, warn
from processors.cli.subscription_view import print_taken, taken_json
from processors.subscriptions.applying import Action, Step
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.removal import Removed, remove
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


def ask_to_prune(steps: Sequence[Step], *, yes: bool) -> None:
    """Ask before subscriptions are removed."""
    doomed = [step.id for step in steps if step.action is Action.REMOVE]
    if doomed:
        ask(f"Remove {', '.join(doomed)}? What is pending is dead-lettered.", yes=yes)


def tell(
    done: list[dict[str, object]], step: Step, taken: Taken | None, *, as_json: bool
) -> None:
    """Say that a step was done, or keep it in `done` for JSON."""
    if as_json and taken is None:
        done.append({"id": step.id, "action": step.action.value})
    elif as_json and taken is not None:
        warn(*taken.warnings)
        handed = {k: v for k, v in taken_json(taken).items() if k != "subscription"}
        done.append({"id": step.id, "action": step.action.value, **handed})
    elif taken is not None:
        print_taken(taken, f"{step.action.value}d", as_json=False)
    else:
        console().print(f"{step.id}: removed")
