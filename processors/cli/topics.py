"""`bus topics`: what `topics.yaml` declares, how a cluster differs, making it so."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, TypeAlias, cast

import typer

from bus.errors import ConfigurationError
from processors.cli.control import (
    FAILED,
    GOOD,
    exit_with,
    print_json,
    warn,
)
from processors.cli.waiting import asking_kafka
from processors.screen.saying import say

if TYPE_CHECKING:
    from bus.topics.plan import Change
    from processors.topics import Subscribers, TopicsWorld

app = typer.Typer(
    help="The topics that topics.yaml declares: compare, make it so.",
    no_args_is_help=True,
)
PENDING = 3
Body: TypeAlias = "Callable[[TopicsWorld], Awaitable[int]]"

File = Annotated[
    Path | None,
    typer.Option("--file", "-f", metavar="YAML", help="Default: the shipped one."),
]
Replication = Annotated[
    int | None,
    typer.Option(
        "--replication-factor",
        min=1,
        max=9,
        help="Replicas of every topic, whatever the file says.",
    ),
]
AllowDelete = Annotated[
    bool,
    typer.Option(
        "--allow-delete",
        help="Also delete topics of subscriptions that are no more, with records.",
    ),
]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask before what cannot go back.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class Opener(Protocol):
    """What the root command gives: it opens the world of these commands."""

    def topics(
        self, file: Path | None, replication: int | None
    ) -> "AbstractAsyncContextManager[TopicsWorld]":
        """Open it; None means what the settings say."""
        ...


@app.command("plan")
def plan_command(
    ctx: typer.Context,
    file: File = None,
    replication: Replication = None,
    *,
    allow_delete: AllowDelete = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 if there is a difference.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what `apply` would do; change nothing.

    Exit code 0: shown. With --exit-code, 0: nothing to do, 3: changes pending.

    For example:
      bus topics plan
      bus topics plan --exit-code --file deploy/topics.yaml
    """
    from processors.cli.topics_view import change_rows, print_changes

    async def plan(world: "TopicsWorld") -> int:
        changes = await _changes(world, allow_delete=allow_delete)
        if as_json:
            print_json({"changes": change_rows(changes)})
        else:
            print_changes(changes)
        return PENDING if exit_code and changes else GOOD

    _run(ctx, file, replication, plan)


@app.command("apply")
def apply_command(
    ctx: typer.Context,
    file: File = None,
    replication: Replication = None,
    *,
    allow_delete: AllowDelete = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make the cluster's topics what the file declares.

    Asks before it deletes topics or adds partitions. Nothing is ever deleted
    without --allow-delete.

    Exit code 0: done, or nothing to do. 1: a change was impossible or failed.

    For example:
      bus topics apply
      bus topics apply --allow-delete --yes
    """
    from bus.topics.plan import Impossible
    from processors.cli.topics_view import change_rows, print_changes
    from processors.topics import apply_plan

    async def apply(world: "TopicsWorld") -> int:
        changes = await _changes(world, allow_delete=allow_delete)
        if not as_json:
            print_changes(changes)
        if not (yes or _agreed(changes)):
            return FAILED
        done: list[Change] = []
        await apply_plan(world.topics, changes, done.append)
        left = [change for change in changes if isinstance(change, Impossible)]
        if as_json:
            print_json({"done": change_rows(done), "impossible": change_rows(left)})
        elif done:
            _say_done(world, done)
        return FAILED if left else GOOD

    _run(ctx, file, replication, apply)


@app.command("list")
def list_command(
    ctx: typer.Context,
    file: File = None,
    replication: Replication = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the declared topics, those of subscriptions too, and how they are.

    For example:
      bus topics list
    """
    from processors.cli.topics_view import print_topics, topic_rows

    async def show(world: "TopicsWorld") -> int:
        subscribers = await _subscribers(world)
        declared = world.topology.fixed()
        for subscription in subscribers.subscriptions:
            declared.extend(world.topology.topics_of(subscription))
        actual = await world.topics.describe([topic.name for topic in declared])
        if as_json:
            print_json(topic_rows(declared, actual))
        else:
            print_topics(declared, actual)
        return GOOD

    _run(ctx, file, replication, show)


def _say_done(world: "TopicsWorld", done: "Sequence[Change]") -> None:
    """Say how much, and of new source topics when processors begin to read them."""
    from bus.topics.plan import Create
    from processors.delivery.sources import LOOK_S

    say(f"{len(done)} done")
    made = {change.topic.name for change in done if isinstance(change, Create)}
    sources = [topic for topic in world.topology.sources if topic in made]
    if sources:
        say(
            f"{', '.join(sources)}: processors read new source topics within"
            f" {LOOK_S:.0f} s, without a restart, once their ORDERBUS_TOPICS_FILE"
            " declares them"
        )


async def _changes(world: "TopicsWorld", *, allow_delete: bool) -> "list[Change]":
    from processors.topics import make_plan

    for risk in world.topology.risks():
        warn(risk)
    subscribers = await _subscribers(world)
    if allow_delete and not subscribers.known:
        warn(f"there is no {world.topology.subscriptions} yet: nothing is deleted")
    return await make_plan(world, subscribers, allow_delete=allow_delete)


async def _subscribers(world: "TopicsWorld") -> "Subscribers":
    from processors.topics import read_subscribers

    subscribers = await read_subscribers(world)
    if subscribers.unreadable:
        names = ", ".join(subscribers.unreadable)
        warn(f"cannot be read, left as they are: the subscriptions {names}")
    return subscribers


def _agreed(changes: "Sequence[Change]") -> bool:
    """Ask about what cannot be taken back.

    Raises:
        ConfigurationError: there is nobody to ask.
    """
    from bus.topics.plan import AddPartitions, Delete

    final = [change for change in changes if isinstance(change, AddPartitions | Delete)]
    if not final:
        return True
    if not sys.stdin.isatty():
        raise ConfigurationError(
            f"{len(final)} changes cannot be taken back; give --yes to make them"
        )
    names = ", ".join(change.topic.name for change in final[:5])
    more = f" and {len(final) - 5} more" if len(final) > 5 else ""  # noqa: PLR2004 - as above
    return typer.confirm(f"{names}{more}: no way back. Go on?", err=True)


def _run(
    ctx: typer.Context, file: Path | None, replication: int | None, body: Body
) -> None:
    from processors.wiring.adapters import declared_topology

    opener = cast("Opener", ctx.obj)

    async def in_world() -> int:
        if file is not None:
            declared_topology(file, replication)
        with asking_kafka():
            async with opener.topics(file, replication) as world:
                return await body(world)

    exit_with(ctx, in_world())
