"""What `bus health` and `bus alerts` do and show."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from rich.text import Text

from bus.delivery.schedule import parse_duration
from bus.errors import ConfigurationError
from bus.watch.alerts import Phase
from bus.watch.muting import Silence
from bus.watch.wording import span
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.screen.tables import Cell, Column, print_table
from processors.subscriptions.world import World
from processors.watch.answers import (
    Row,
    alert_rows,
    health_row,
    open_board,
    silence_row,
    silence_rows,
    too_old,
)
from processors.watch.silencing import silence, unsilence

_COLOURS = {
    "healthy": "green",
    "degraded": "yellow",
    "failing": "red",
    "firing": "red",
    "pending": "yellow",
    "resolved": "green",
}
_PARTS = (Column("STATE"), Column("WHO"), Column("WHY", rank=1))
_ALERTS = (
    Column("PHASE"),
    Column("SEVERITY", rank=2),
    Column("RULE"),
    Column("WHO"),
    Column("FOR", rank=3, right=True),
    Column("SILENCED UNTIL", rank=4),
    Column("EVIDENCE", rank=1),
)
_SILENCES = (
    Column("ID"),
    Column("RULE"),
    Column("SUBJECT"),
    Column("UNTIL"),
    Column("BY", rank=2),
    Column("WHY", rank=1),
)
_SHOWN = frozenset({"failing", "degraded"})


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
    if as_json:
        print_json(row)
    else:
        _print_health(row, every=every)
    return GOOD if row["state"] == "healthy" else FAILED


async def tell_alerts(world: World, *, every: bool, as_json: bool) -> int:
    """Show alerts; 1 if nobody knows which there are."""
    phases = tuple(Phase) if every else (Phase.FIRING, Phase.PENDING)
    async with open_board(world) as board:
        now = world.clock.now()
        rows, old = alert_rows(board, now, phases), too_old(board, now)
    if old:
        warn(old)
    if as_json:
        print_json(rows)
    elif rows:
        print_table(console(), _ALERTS, [_alert_cells(row) for row in rows])
    else:
        console().print("Nothing fires, nothing is pending.")
    return FAILED if old else GOOD


async def tell_silences(world: World, *, as_json: bool) -> int:
    """Show silences."""
    async with open_board(world) as board:
        rows = silence_rows(board, world.clock.now())
    if as_json:
        print_json(rows)
    elif rows:
        names = ("id", "rule", "subject", "until", "by", "why")
        print_table(console(), _SILENCES, [[str(r[n]) for n in names] for r in rows])
    else:
        console().print("There are no silences.")
    return GOOD


async def make_silence(world: World, wanted: Wanted, *, as_json: bool) -> int:
    """Silence what is wanted."""
    now = world.clock.now()
    try:
        until = now + parse_duration(wanted.length)
    except ValueError as error:
        raise ConfigurationError(f"--for: {error}") from None
    asked = Silence(
        id="",
        rule=wanted.rule,
        subject=wanted.subject,
        since=now,
        until=until,
        why=wanted.why,
    )
    async with open_board(world) as board:
        made = await silence(world, board, asked)
        covered = [one for one in board.alerts.values() if made.covers(one, now)]
    if as_json:
        print_json(silence_row(made))
        return GOOD
    row = silence_row(made)
    console().print(f"{made.id}: silent until {row['until']}, for {span(until - now)}")
    if not covered:
        console().print("No alert of now is covered by it.")
    return GOOD


async def end_silence(world: World, silence_id: str) -> int:
    """End it; 1 if there is none."""
    async with open_board(world) as board:
        ended = await unsilence(world, board, silence_id)
    if ended is None:
        warn(f"there is no silence {silence_id} that lasts: bus alerts silences")
        return FAILED
    console().print(f"{silence_id}: ended")
    return GOOD


def _print_health(row: Row, *, every: bool) -> None:
    """The bus in a word, its own reasons, then whoever is to be looked at."""
    out = console()
    state = str(row["state"])
    out.print(Text(state, style=_COLOURS.get(state, "")))
    for reason in _reasons(row):
        out.print(Text(f"  {reason}"))
    parts = cast("Iterable[Row]", row["parts"])
    shown = [one for one in parts if every or one["state"] in _SHOWN]
    if shown:
        print_table(out, _PARTS, [_part_cells(one) for one in shown])


def _part_cells(row: Row) -> list[Cell | str]:
    state = str(row["state"])
    why = "; ".join(_reasons(row))
    return [
        Cell(state, style=_COLOURS.get(state, "")),
        f"{row['kind']}/{row['name']}",
        why,
    ]


def _alert_cells(row: Row) -> list[Cell | str]:
    phase = str(row["phase"])
    return [
        Cell(phase, style=_COLOURS[phase]),
        str(row["severity"]),
        str(row["rule"]),
        f"{row['kind']}/{row['name']}",
        span(cast("float", row["lasted_s"])),
        str(row["silenced_until"] or ""),
        str(row["evidence"]),
    ]


def _reasons(row: Row) -> Sequence[str]:
    return [str(one["why"]) for one in cast("Sequence[Row]", row["reasons"])]
