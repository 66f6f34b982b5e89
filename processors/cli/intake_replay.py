"""`bus intake show` and `replay`: stored submissions, looked at and converted again."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from bus.errors import AbsentError, ConfigurationError
from processors.cli.control import FAILED, GOOD, print_json, run
from processors.cli.moments import a_moment, moment_ms, place_of
from processors.cli.subscription_options import AsJson, Yes
from processors.screen.saying import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.convert.stored import Meant
    from processors.subscriptions.world import World

Source: TypeAlias = Annotated[
    str, typer.Argument(metavar="SOURCE", help="As `bus sources list` shows.")
]
Since: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Came since: 2026-11-23T12:00:00Z, or 2h for 2 h ago.",
        callback=a_moment,
    ),
]
Until: TypeAlias = Annotated[
    str | None, typer.Option("--to", help="Came before: likewise.", callback=a_moment)
]
Ids: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="ID,…", help="These submissions, by id or place."),
]


def show_command(
    ctx: typer.Context,
    submission: Annotated[
        str,
        typer.Argument(
            metavar="ID|PLACE", help="A submission's id, or topic/partition/offset."
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a stored submission: what was sent, what it comes to, what became of it.

    Secrets, signatures and card numbers are covered. Exit code 1: there is none such,
    or not any more (14 days are kept).

    For example:
      bus intake show 0198b3a2-7c11-7d20-9f3e-2b7d1a2c4e55
      bus intake show intake.raw.shop-eu/0/17 --json | jq '.parts[].became'
    """
    from processors.cli.intake_view import print_shown, shown_document
    from processors.cli.intake_work import open_desk
    from processors.convert.showing import show
    from processors.convert.stored import submission_at

    async def show_(world: "World") -> int:
        async with open_desk(ctx, world) as desk:
            one = await submission_at(desk, submission)
            if one is None:
                return _no_such(submission, as_json=as_json)
            shown = await show(desk, one)
        if as_json:
            print_json(shown_document(shown))
        else:
            print_shown(shown)
        return GOOD

    run(ctx, show_, reads=True, first=lambda: _judge_name(submission))


def _judge_name(name: str) -> None:
    """Refuse what is neither an id nor a place."""
    if not name.strip():
        raise ConfigurationError(
            "expected a submission's id, or TOPIC/PARTITION/OFFSET"
        )
    if "/" in name:
        place_of(name)


def _no_such(name: str, *, as_json: bool) -> int:
    if as_json:
        print_json(None)
    why = "there never was, or it is too old (14 days are kept)"
    say(f"bus intake show: no submission {name}; {why}", err=True)
    return FAILED


def replay_command(  # noqa: PLR0913 - one an option
    ctx: typer.Context,
    source: Source,
    since: Since = None,
    until: Until = None,
    ids: Ids = None,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Convert stored submissions again, by the channel as it stands today.

    First it says what would change, against what was told of them; nothing is written.
    With --yes what differs is told again, corrected: under ids of its own, in turn with
    all else of its orders, judged by today's rules. A version of an order that is older
    than what was told is not told again.

    Exit code 0: nothing differs, or it was sent. 1: something differs, not sent yet.

    For example:
      bus intake replay shop-eu --from 2h
      bus intake replay shop-eu --ids intake.raw.shop-eu/0/17 --yes
    """
    from processors.cli.intake_view import plan_document, print_plan
    from processors.cli.intake_work import open_desk
    from processors.convert.replaying import plan, replay
    from processors.convert.stored import found_source

    async def replay_(world: "World") -> int:
        meant = _meant(world, since, until, ids)
        async with open_desk(ctx, world) as desk:
            made = await plan(desk, found_source(desk, source), meant)
            _refuse_missing(source, made.missing)
            sent = await replay(desk, made) if yes else None
        print_json(plan_document(made, sent)) if as_json else print_plan(made, sent)
        return FAILED if made.sending and sent is None else GOOD

    run(ctx, replay_, reads=True)


def _refuse_missing(source: str, missing: "Sequence[str]") -> None:
    """What is named and not there is more likely a slip than nothing to do."""
    if missing:
        told = (f"--ids: {source} has no submission {one}" for one in missing)
        raise AbsentError("\n".join(told))


def _meant(
    world: "World", since: str | None, until: str | None, ids: str | None
) -> "Meant":
    from processors.convert.stored import Meant

    if ids is not None and (since is not None or until is not None):
        raise ConfigurationError("--ids says which already: leave --from and --to out")
    since_ms = None if since is None else moment_ms(world, "--from", since)
    until_ms = None if until is None else moment_ms(world, "--to", until)
    named = frozenset(one.strip() for one in (ids or "").split(",") if one.strip())
    if ids is not None and not named:  # of nothing named, all would be meant
        raise ConfigurationError("--ids: expected ids or places, got none")
    if since_ms is not None and until_ms is not None and since_ms >= until_ms:
        raise ConfigurationError(f"--to: expected a time after --from, got {until}")
    return Meant(
        since_ms=since_ms,
        until_ms=until_ms,
        ids=named,
    )
