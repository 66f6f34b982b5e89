"""How `bus forecast` shows forecasts: rows as the API has them."""

from collections.abc import Mapping, Sequence

from processors.cli.control import console
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


def show_forecasts(rows: Sequence[Row]) -> None:
    """Print them; of tiers only those in which something waits."""
    out = console()
    loud = [row for row in rows if row["waiting"] or not row["tier"]]
    out.print(Table(_QUEUES, [_cells(row) for row in loud]))
    limits = [(row["queue"], row["limit"]) for row in rows if row["limit"]]
    if limits:
        out.print("\nWithin a day")
    for queue, limit in limits:
        out.print(f"  {queue}: {_said(limit)}", soft_wrap=True, highlight=False)


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
