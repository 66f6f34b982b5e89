"""How `bus forecast` shows forecasts: rows as the API has them."""

from collections.abc import Mapping, Sequence

import typer
from rich.text import Text

from processors.cli.control import FAILED, GOOD, console, print_json
from processors.screen.prose import laid, width_of_output
from processors.screen.saying import say
from processors.screen.tables import Cell, Column, Table

_QUEUES = (
    Column("QUEUE"),
    Column("WAITING", rank=1, right=True),
    Column("OVERDUE", right=True),
    Column("CAUGHT UP"),
    Column("RECORD", rank=2),
)
_COLOURS = {"never": "red", "cannot_say": "yellow"}

Row = Mapping[str, object]


def no_such_subscription(name: str) -> int:
    """Say so; the exit code."""
    say(f"there is no subscription {name}", fg=typer.colors.RED, err=True)
    return FAILED


def tell_rows(rows: Sequence[Row], *, as_json: bool) -> int:
    """Show them for people or for programs; the exit code."""
    if as_json:
        print_json(rows)
    else:
        show_forecasts(rows)
    return GOOD


def show_forecasts(rows: Sequence[Row]) -> None:
    """Print them; of tiers only those in which something waits."""
    out = console()
    loud = [row for row in rows if row["waiting"] or not row["tier"]]
    out.print(Table(_QUEUES, [_cells(row) for row in loud]))
    limits = {str(row["queue"]): _said(row["limit"]) for row in rows if row["limit"]}
    if limits:
        out.print("\nWithin a day")
    for line in _within_a_day(limits):
        for part in laid(f"  {line}", 4, width_of_output()):
            out.print(Text(part))


def _within_a_day(limits: Mapping[str, str]) -> Sequence[str]:
    """A line a topic, or one where the same is said of all, as on a new bus."""
    if len(limits) > 1 and len(set(limits.values())) == 1:
        return [f"all source topics: {next(iter(limits.values()))}"]
    return [f"{queue}: {said}" for queue, said in limits.items()]


def _cells(row: Row) -> Sequence[Cell | str]:
    return (
        str(row["queue"]),
        str(row["waiting"]),
        str(row["overdue"]),
        Cell(str(row["said"]), style=_COLOURS.get(str(row["verdict"]), "")),
        _said(row["record"]),
    )


def _said(part: object) -> str:
    return str(part["said"]) if isinstance(part, Mapping) else ""
