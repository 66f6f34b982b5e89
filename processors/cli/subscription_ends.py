"""`bus subscriptions remove`, `test` and `apply`."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, print_json, read_text, run
from processors.cli.subscription_options import AsJson, Id, Trust, Yes

if TYPE_CHECKING:
    from processors.subscriptions.world import World

File: TypeAlias = Annotated[
    str, typer.Option("--file", "-f", help="YAML; - reads standard input.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would change.")
]
Prune: TypeAlias = Annotated[
    bool, typer.Option("--prune", help="Remove those the file does not declare.")
]


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

    It is marked: `x-orderbus-test: true`, and `bus.test` in the body. Nothing is
    retried. Exit code 0: accepted. 1: anything else.

    For example:
      bus subscriptions test acme
      bus subscriptions test acme --type order.cancelled --json
    """
    from processors.cli.subscription_telling import tell_trial
    from processors.subscriptions.trial import send_sample
    from processors.subscriptions.trying import trial_shown

    async def try_(world: "World") -> int:
        trial = await send_sample(world, subscription_id, event_type)
        return tell_trial(trial_shown(trial), as_json=as_json)

    run(ctx, try_)


def verify_command(
    ctx: typer.Context,
    subscription_id: Id,
    *,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Ask an endpoint whether it wants events; until it does they wait.

    First by the CloudEvents handshake, an OPTIONS request, then by a signed
    challenge, to be answered 2xx with the challenge alone (docs/webhooks.md). What is
    in a network of ORDERBUS_ALLOW_NETWORKS need not say so. Exit code 1: it did not.

    For example:
      bus subscriptions verify acme
      bus subscriptions verify acme --trust
    """
    from processors.cli.subscription_view import print_verified, verified_json
    from processors.subscriptions.onboarding import verify
    from processors.subscriptions.showing import shown

    async def verify_(world: "World") -> int:
        stands, proof = await verify(world, subscription_id, trust=trust)
        told = verified_json(stands, proof)
        print_verified(told, shown(stands), as_json=as_json)
        return GOOD if told["wanted"] else FAILED

    run(ctx, verify_)


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
    from processors.cli.subscription_telling import (
        print_removed,
        question,
        remove_drawn,
    )
    from processors.subscriptions.pending import pending
    from processors.subscriptions.removal import known

    async def remove_(world: "World") -> int:
        await world.table.ready()
        known(world, subscription_id)
        waiting = await pending(world, subscription_id)
        ask(question(subscription_id, sum(waiting.values()), purge=purge), yes=yes)
        removed = await remove_drawn(world, subscription_id, purge=purge)
        print_removed(subscription_id, removed, as_json=as_json)
        return GOOD

    run(ctx, remove_)


def _source(file: str) -> tuple[Path, Callable[[], str]]:
    """Where the files are that it names, and what it says; read once."""
    return Path() if file == "-" else Path(file).parent, cache(lambda: read_text(file))


def apply_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    file: File,
    *,
    dry_run: DryRun = False,
    prune: Prune = False,
    trust: Trust = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make the subscriptions what a file says; nothing is removed without --prune.

    The file is a list of subscriptions as `bus subscriptions show` prints them, `url`
    for the endpoint. Secrets and states are not declared: a new one gets a secret,
    shown only now, unless `secret_file` names one.

    For example:
      bus subscriptions apply -f subscriptions.yaml --dry-run
      bus subscriptions apply -f subscriptions.yaml --prune --yes
    """
    from processors.cli.subscription_telling import ask_to_prune, tell_step
    from processors.cli.subscription_view import plan_json, print_plan
    from processors.subscriptions.applying import apply, plan
    from processors.subscriptions.document import read_drafts

    folder, text = _source(file)
    tell = partial(tell_step, done := list[dict[str, object]](), as_json=as_json)

    async def apply_(world: "World") -> int:
        planned = plan_json(steps := await plan(world, text(), folder, prune=prune))
        if not as_json:
            print_plan(planned, dry=dry_run)
        if not dry_run:
            ask_to_prune(planned, yes=yes)
            await apply(world, steps, tell, trust=trust)
        if as_json:
            print_json({"plan": planned, "done": done})
        return GOOD

    run(ctx, apply_, first=lambda: read_drafts(text(), folder, file))
