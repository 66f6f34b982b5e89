"""What `bus health` and `bus alerts` do."""

from typing import NamedTuple, cast

import typer

from bus.watch.alerts import Phase
from bus.watch.facts import Objective
from bus.watch.limits import Limits
from bus.watch.muting import Silence
from bus.watch.prometheus import as_yaml, exported
from processors.cli.alerts_view import (
    show_alerts,
    show_ended,
    show_health,
    show_silence,
    show_silences,
    show_sinks,
    show_tried,
    silent_s,
)
from processors.cli.root import Root
from processors.settings import Settings
from processors.subscriptions.world import World
from processors.telemetry.unheard import Unheard
from processors.watch.answers import (
    alert_rows,
    health_row,
    open_board,
    silence_row,
    silence_rows,
    sink_rows,
    too_old,
)
from processors.watch.silencing import refuse, silence, unsilence
from processors.watch.trying import try_sinks


def prometheus_rules(settings: Settings) -> str:
    """The rules for Prometheus by the limits of the settings, as YAML."""
    limits = Limits(lag_s=settings.watch_lag_s)
    objective = Objective(settings.watch_success, settings.watch_p95_s)
    return as_yaml(exported(limits, objective))


class Wanted(NamedTuple):
    """What is to be silent, for how long and why, as it was typed."""

    rule: str
    subject: str
    length: str
    why: str


async def tell_health(world: World, *, every: bool, as_json: bool) -> int:
    """Show how all is; 0 if it is well."""
    async with open_board(world) as board:
        row = health_row(board, world.clock.now())
    return show_health(row, every=every, as_json=as_json)


async def tell_alerts(world: World, *, every: bool, as_json: bool) -> int:
    """Show alerts; 1 if nobody knows which there are."""
    phases = tuple(Phase) if every else (Phase.FIRING, Phase.PENDING)
    async with open_board(world) as board:
        now = world.clock.now()
        rows, stale = alert_rows(board, now, phases), too_old(board, now)
    return show_alerts(rows, stale, as_json=as_json)


async def tell_sinks(world: World, *, as_json: bool) -> int:
    """Show who is told; 1 if one takes nothing, or nobody knows."""
    async with open_board(world) as board:
        rows, stale = sink_rows(board), too_old(board, world.clock.now())
    return show_sinks(rows, stale, as_json=as_json)


async def test_sinks(
    ctx: typer.Context, world: World, only: str | None, *, as_json: bool
) -> int:
    """Tell them something, and show what they answered."""
    from processors.wiring.telling import open_sinks

    settings = cast(Root, ctx.obj).given()
    async with open_sinks(settings, world, Unheard()) as sinks:
        answers = await try_sinks(sinks, only, world.clock.now())
    kinds = {name: one.kind for name, one in sinks.items()}
    return show_tried(answers, kinds, as_json=as_json)


async def tell_silences(world: World, *, as_json: bool) -> int:
    """Show silences."""
    async with open_board(world) as board:
        rows = silence_rows(board, world.clock.now())
    return show_silences(rows, as_json=as_json)


def asked_silence(wanted: Wanted, now: float = 0.0) -> Silence:
    """The silence that is wanted, from now on.

    Raises:
        ConfigurationError: nobody may make such a one.
    """
    asked = Silence(
        id="",
        rule=wanted.rule,
        subject=wanted.subject,
        since=now,
        until=now + silent_s(wanted.length),
        why=wanted.why,
    )
    refuse(asked)
    return asked


async def make_silence(world: World, wanted: Wanted, *, as_json: bool) -> int:
    """Silence what is wanted."""
    now, length_s = world.clock.now(), silent_s(wanted.length)
    asked = asked_silence(wanted, now)
    async with open_board(world) as board:
        row = silence_row(board, await silence(world, board, asked), now)
    return show_silence(row, length_s, as_json=as_json)


async def end_silence(world: World, silence_id: str) -> int:
    """End it; 1 if there is none."""
    async with open_board(world) as board:
        ended = await unsilence(world, board, silence_id)
    return show_ended(silence_id, found=ended is not None)
