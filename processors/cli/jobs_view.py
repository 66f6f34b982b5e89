"""How `bus jobs` shows them: rows as the API has them."""

from collections.abc import Mapping, Sequence
from typing import cast

from rich.text import Text

from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.screen.plain import plain
from processors.screen.tables import Cell, Column, Table

Row = Mapping[str, object]
_LIST = (
    Column("ID"),
    Column("KIND"),
    Column("OF", rank=1),
    Column("STATE"),
    Column("DONE", right=True),
    Column("BEGAN", rank=2),
    Column("ENDED", rank=3),
)
_COLOURS = {"running": "yellow", "done": "green", "failed": "red"}
_NAMED = 20


def show_jobs(rows: Sequence[Row], *, as_json: bool) -> int:
    """A line a job."""
    if as_json:
        print_json(rows)
    elif rows:
        console().print(Table(_LIST, [_cells(row) for row in rows]))
    else:
        console().print("This gateway has no jobs: replays and discards begin some.")
    return GOOD


def show_job(row: Row, *, as_json: bool) -> int:
    """One, with what was asked for and what came of it."""
    if as_json:
        print_json(row)
        return GOOD
    out = console()
    out.print(Table(_LIST, [_cells(row)]))
    if row["error"]:
        out.print(Text(f"why: {plain(str(row['error']))}", style="red"))
    for name in ("asked_for", "result"):
        told = cast("Row", row[name])
        for key, value in told.items():
            words = f"{name.replace('_', ' ')}: {key.replace('_', ' ')} {_said(value)}"
            out.print(plain(words), soft_wrap=True, highlight=False, markup=False)
    return GOOD


def show_cancelled(row: Row, *, as_json: bool) -> int:
    """What became of it."""
    if as_json:
        print_json(row)
    elif row["state"] == "cancelled":
        done = f"{row['done']} of {row['total']}"
        console().print(f"cancelled after {done}: what was done stands")
    else:
        console().print(f"it is {row['state']} already")
    return GOOD


def no_such_job(job: str) -> int:
    """There is none."""
    warn(f"there is no job {plain(job)} at this gateway")
    return FAILED


def _cells(row: Row) -> Sequence[Cell | str]:
    state = str(row["state"])
    return (
        str(row["id"]),
        str(row["kind"]).replace("_", " "),
        str(row["subject"]),
        Cell(state, style=_COLOURS.get(state, "")),
        f"{row['done']}/{row['total']}",
        _time(row["began_at"]),
        "-" if row["ended_at"] is None else _time(row["ended_at"]),
    )


def _time(moment: object) -> str:
    return str(moment)[:19].replace("T", " ") + "Z"


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        some = [f"{one}: {why}" for one, why in list(value.items())[:_NAMED]]
        return "; ".join([*some, *(["…"] if len(value) > _NAMED else [])])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value)
