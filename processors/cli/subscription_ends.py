"""`bus subscriptions remove`, `test` and `apply`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from processors.cli.asking import ask
from processors.cli.control import (
    FAILED,
    GOOD,
    console,
    print_json,
    read_text,
    run,
    warn,
)
from processors.cli.subscription_options import AsJson, Id, Yes
from processors.cli.subscription_view import (
    plan_json,
    print_plan,
    print_taken,
    print_trial,
    taken_json,
    trial_json,
)
from processors.subscriptions.applying import Action, Step, apply, plan
from processors.subscriptions.onboarding import Taken
from processors.subscriptions.pending import pending
from processors.subscriptions.removal import Removed, known, remove
from processors.subscriptions.trial import send_sample
from processors.subscriptions.world import World


def trial_command(
    ctx: typer.Context,
    subscription_id: Id,
    event_type: Annotated[
        str | None, typer.Option("--type", "-t", help="Default: one it asks for.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Post one signed sample event to the endpoint, and say what came of it.

    It is marked: `x-orderbus-test: true`, and `metadata.test` in the body. Nothing is
    retried. Exit code 0: accepted. 1: anything else.

    For example:
      bus subscriptions test acme
      bus subscriptions test acme --type order.cancelled --json
    """

    async def try_(world: World) -> int:
        trial = await send_sample(world, subscription_id, event_type)
        if as_json:
            print_json(trial_json(trial))
        else:
            print_trial(trial)
        return GOOD if trial.outcome.name == "accepted" else FAILED

    run(ctx, try_)


def remove_command(
    ctx: typer.Context,
    subscription_id: Id,
    *,
    purge: Annotated[
        bool, typer.Option("--purge", help="Its dead letters go as well.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove a subscription; what is pending becomes dead letters first.

    The dead-letter topic stays unless it is empty or --purge is given. Interrupted,
    it goes on where it was when asked for again.

    For example:
      bus subscriptions remove acme
      bus subscriptions remove acme --yes --purge
    """

    async def remove_(world: World) -> int:
        await world.table.ready()
        known(world, subscription_id)
        waiting = await pending(world, subscription_id)
        ask(_question(subscription_id, sum(waiting.values()), purge=purge), yes=yes)
        removed = await _with_progress(world, subscription_id, purge=purge)
        _print_removed(subscription_id, removed, as_json=as_json)
        return GOOD

    run(ctx, remove_)


def _question(subscription_id: str, count: int, *, purge: bool) -> str:
    fate = (
        f"{count} pending deliveries become dead letters"
        if count
        else "nothing is pending"
    )
    then = ", then all its dead letters are deleted" if purge else ""
    return f"Remove {subscription_id}? {fate}{then}."


async def _with_progress(world: World, subscription_id: str, *, purge: bool) -> Removed:
    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("dead-lettering what is pending", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        return await remove(world, subscription_id, purge=purge, progress=show)


def _print_removed(subscription_id: str, removed: Removed, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": subscription_id, **removed._asdict()})
        return
    console().print(f"{subscription_id}: removed")
    if removed.pending:
        who = "" if not removed.moved else f", {removed.moved} of them by this command"
        console().print(f"  {removed.pending} pending ones were dead-lettered{who}")
    if removed.dlq_kept:
        console().print("  its dead letters are kept; see bus dlq, or --purge")


def apply_command(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Option("--file", "-f", help="YAML; - reads standard input.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove those the file does not declare.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make the subscriptions what a file says; nothing is removed without --prune.

    The file is a list of subscriptions with the names `bus subscriptions show`
    prints, `url` for the endpoint. Secrets and states are not declared: a new
    subscription gets a secret, shown only now, unless `secret_file` names one.

    For example:
      bus subscriptions apply -f subscriptions.yaml --dry-run
      bus subscriptions apply -f subscriptions.yaml --prune --yes
    """

    async def apply_(world: World) -> int:
        folder = Path() if file == "-" else Path(file).parent
        steps = await plan(world, read_text(file), folder, prune=prune)
        if not as_json:
            print_plan(steps, dry=dry_run)
        done: list[dict[str, object]] = []
        if not dry_run:
            _ask_to_prune(steps, yes=yes)
            await apply(world, steps, lambda s, t: _tell(done, s, t, as_json=as_json))
        if as_json:
            print_json({"plan": plan_json(steps), "done": done})
        return GOOD

    run(ctx, apply_)


def _ask_to_prune(steps: Sequence[Step], *, yes: bool) -> None:
    doomed = [step.id for step in steps if step.action is Action.REMOVE]
    if doomed:
        ask(f"Remove {', '.join(doomed)}? What is pending is dead-lettered.", yes=yes)


def _tell(
    done: list[dict[str, object]], step: Step, taken: Taken | None, *, as_json: bool
) -> None:
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
